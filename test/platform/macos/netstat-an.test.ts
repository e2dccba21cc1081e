import { expect, test } from 'vitest';
import { parseNetstatSockets } from '../../../src/platform/macos/netstat-an.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const TCP = 'netstat -anlb -p tcp';
const UDP = 'netstat -anlb -p udp';

test('TCP sockets with their bytes', () => {
  const sockets = parseNetstatSockets(outputOf(TCP));
  expect(sockets).toHaveLength(18);
  expect(sockets[2]).toEqual({
    proto: 'tcp',
    local: { family: 'ipv4', addr: '192.168.1.23', port: 52_044, zone: null },
    remote: { family: 'ipv4', addr: '198.51.100.7', port: 443, zone: null },
    state: 'CLOSE_WAIT',
    rxQueue: 31,
    txQueue: 0,
    rxBytes: 1424,
    txBytes: 2595,
  });
  expect(sockets[9]).toMatchObject({
    local: { family: 'ipv6', addr: 'fe80::1c2d:3eff:fe4f:5061', port: 52_200, zone: 'en0' },
    remote: { addr: 'fe80::9a1b:2cff:fe3d:4e5f', port: 22 },
    rxBytes: 40_960,
  });
});

test('a listening socket of both families is one of IPv6, and its queues are not bytes', () => {
  const socket = parseNetstatSockets(outputOf(TCP)).find(({ local }) => local.port === 3000);
  expect(socket).toMatchObject({
    local: { family: 'ipv6', addr: '::' },
    remote: null,
    state: 'LISTEN',
    rxQueue: null,
    txQueue: null,
  });
});

test('UDP sockets, which have no state', () => {
  const sockets = parseNetstatSockets(outputOf(UDP));
  expect(sockets).toHaveLength(8);
  expect(sockets[4]).toMatchObject({ state: 'ESTABLISHED', rxBytes: 90_000, txBytes: 12_000 });
  expect(sockets[5]).toMatchObject({ state: 'UNCONN', rxQueue: 128, rxBytes: 528, txBytes: 44 });
  expect(sockets[6]).toMatchObject({ state: 'UNCONN', local: { addr: '0.0.0.0', port: 0 }, remote: null });
});

test('a release without byte columns leaves them unknown', () => {
  const text = 'tcp4  0  0  127.0.0.1.80  127.0.0.1.81  ESTABLISHED\nudp4  0  0  *.53  *.*\n';
  const bytes = parseNetstatSockets(text).map(({ rxBytes, txBytes }) => [rxBytes, txBytes]);
  expect(bytes).toEqual([
    [null, null],
    [null, null],
  ]);
});

test.each([
  ['tcp4 0 0 127.0.0.1.80'],
  ['tcp4 0 0 127.0.0.1.80 127.0.0.1.81'],
  ['tcp4 0 0 127.0.0.1.80 127.0.0.1.81 12'],
  ['tcp4 0 0 localhost.80 *.* LISTEN'],
  ['tcp4 0 0 127.0.0.1.80 127.0.0 LISTEN'],
  ['kctl 0 0 1 1 com.apple.netsrc'],
])('%s is left out', (line) => {
  expect(parseNetstatSockets(`${line}\n`)).toEqual([]);
});

test('a table cut anywhere keeps the rows before', () => {
  expectCutsToKeepRows(outputOf(TCP), parseNetstatSockets);
  expectCutsToKeepRows(outputOf(UDP), parseNetstatSockets);
  expect(parseNetstatSockets(outputOf(TCP, BROKEN))).toHaveLength(10);
  expect(parseNetstatSockets(outputOf(UDP, BROKEN))).toHaveLength(4);
});
