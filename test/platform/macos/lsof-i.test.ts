import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import type { Host } from '../../../src/core/system/host.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { parseLsof, readLsof } from '../../../src/platform/macos/lsof-i.ts';
import { BROKEN, expectCutsToKeepRows, MACOS, outputOf } from './fixture.ts';

const COMMAND = 'lsof -nPw -i -Tfqs -FpcuLftdPnT0';
const ANNA = { uid: 501, user: 'anna' };

/** Field output: each argument is a process or a descriptor. */
function lsof(...sets: readonly string[][]): string {
  return sets.map((fields) => `${fields.join('\0')}\0\n`).join('');
}

describe('a whole listing', () => {
  const sockets = parseLsof(outputOf(COMMAND));

  test('every internet socket of every process', () => {
    expect(sockets).toHaveLength(21);
    expect(new Set(sockets.map(({ process }) => process.pid)).size).toBe(12);
    expect(sockets.filter(({ proto }) => proto === 'tcp')).toHaveLength(15);
    expect(sockets.filter(({ proto }) => proto === 'udp')).toHaveLength(5);
  });

  test('a connection over IPv6', () => {
    expect(sockets[4]).toEqual({
      process: { pid: 612, command: 'Google Chrome Helper', ...ANNA },
      fd: '24',
      device: '0x6b1f3a9d20aa0002',
      proto: 'tcp',
      local: { family: 'ipv6', addr: '2001:db8:1:2::beef', port: 52_111, zone: null },
      remote: { family: 'ipv6', addr: '2001:db8:aa::20', port: 443, zone: null },
      state: 'ESTABLISHED',
      rxQueue: 0,
      txQueue: 517,
      mss: 1428,
    });
  });

  test('queues of a listening socket are its connections', () => {
    expect(sockets.find(({ local }) => local.port === 3000)).toMatchObject({
      process: { pid: 1001, command: 'node' },
      local: { family: 'ipv6', addr: '::' },
      remote: null,
      state: 'LISTEN',
      rxQueue: 2,
      txQueue: 511,
      mss: null,
    });
  });

  test('an IPv4 connection on an IPv6 socket', () => {
    expect(sockets.find(({ device }) => device === '0x6b1f3a9d20ff0002')?.local).toEqual({
      family: 'ipv4',
      addr: '127.0.0.1',
      port: 3000,
      zone: null,
    });
  });

  test('an address with the index of its interface inside', () => {
    expect(sockets.find(({ process }) => process.command === 'ssh')).toMatchObject({
      local: { addr: 'fe80::1c2d:3eff:fe4f:5061', zone: '14' },
      remote: { addr: 'fe80::9a1b:2cff:fe3d:4e5f', port: 22, zone: '14' },
    });
  });

  test('datagram sockets with and without a peer, and one that is not bound', () => {
    const udp = sockets.filter(({ proto }) => proto === 'udp');
    expect(udp.map(({ state, local, remote }) => [state, local.port, remote === null ? null : remote.port])).toEqual([
      ['UNCONN', 0, null],
      ['ESTABLISHED', 61_022, 443],
      ['UNCONN', 5353, null],
      ['UNCONN', 5353, null],
      ['UNCONN', 57_621, null],
    ]);
  });

  test('a hidden control block has no name', () => {
    expect(sockets.find(({ local }) => local.port === 9229)?.device).toBeNull();
  });

  test('escapes in a name are undone where they can be', () => {
    expect(sockets.find(({ process }) => process.pid === 900)?.process.command).toBe('evil\nname^[[31m\\é\uFFFD');
  });
});

describe('states', () => {
  test.each([
    ['CLOSED', 'CLOSE'],
    ['LISTEN', 'LISTEN'],
    ['SYN_SENT', 'SYN_SENT'],
    ['SYN_RCVD', 'SYN_RECV'],
    ['ESTABLISHED', 'ESTABLISHED'],
    ['CLOSE_WAIT', 'CLOSE_WAIT'],
    ['FIN_WAIT_1', 'FIN_WAIT1'],
    ['CLOSING', 'CLOSING'],
    ['LAST_ACK', 'LAST_ACK'],
    ['FIN_WAIT_2', 'FIN_WAIT2'],
    ['TIME_WAIT', 'TIME_WAIT'],
  ])('%s is %s', (theirs, ours) => {
    const text = lsof(['p7', 'csh'], ['f3', 'tIPv4', 'd0x1', 'PTCP', 'n1.1.1.1:1->2.2.2.2:2', `TST=${theirs}`]);
    expect(parseLsof(text)[0]?.state).toBe(ours);
  });
});

describe('what does not read as a socket', () => {
  test.each([
    ['a file', ['f3', 'tREG', 'n/etc/hosts']],
    ['an unknown protocol', ['f3', 'tIPv4', 'PDIVERT', 'n*:*']],
    ['an unknown state', ['f3', 'tIPv4', 'PTCP', 'n*:80', 'TST=UNKNOWN_TCP_STATE_12']],
    ['no state', ['f3', 'tIPv4', 'PTCP', 'n*:80']],
    ['no name', ['f3', 'tIPv4', 'PUDP']],
    ['a name that is none', ['f3', 'tIPv4', 'PTCP', 'ncannot identify protocol', 'TST=CLOSED']],
    ['a peer that is none', ['f3', 'tIPv4', 'PUDP', 'n*:80->']],
  ])('%s', (_, fields) => {
    expect(parseLsof(lsof(['p7', 'csh'], fields))).toEqual([]);
  });

  test('a descriptor without a process', () => {
    expect(parseLsof(lsof(['f3', 'tIPv4', 'PUDP', 'n*:80']))).toEqual([]);
    expect(parseLsof(lsof(['p-7'], ['f3', 'tIPv4', 'PUDP', 'n*:80']))).toEqual([]);
  });

  test('arbitrary bytes', () => {
    expect(parseLsof('\n\n\0\0p\0\nf\0\nT\0\n\uFFFD\0')).toEqual([]);
  });
});

test('a listing cut anywhere keeps what stands before', () => {
  expectCutsToKeepRows(outputOf(COMMAND), parseLsof);
  expect(parseLsof(outputOf(COMMAND, BROKEN))).toHaveLength(13);
});

describe('running lsof', () => {
  const failing = (cause: unknown): Host => ({
    ...openHost(MACOS, realClock),
    run: async () => {
      throw new Failure(69, 'lsof: command failed', { cause });
    },
  });

  test('status 1 without a word means that there is no socket', async () => {
    expect(await readLsof(failing({ exitCode: 1, stdout: '', stderr: '' }))).toEqual([]);
  });

  test.each([
    ['a complaint', { exitCode: 1, stdout: '', stderr: 'lsof: illegal option' }],
    ['another status', { exitCode: 2, stdout: '', stderr: '' }],
    ['no lsof', { code: 'ENOENT' }],
    ['no cause', undefined],
  ])('%s is a failure', async (_, cause) => {
    await expect(readLsof(failing(cause))).rejects.toThrow('lsof: command failed');
  });
});

/** Opens a socket of each sort on loopback under a name with everything lsof escapes, prints the ports, and waits. */
const CHILD = `
  const { createServer, connect } = require('node:net');
  process.title = 'a\\nb\\tc\\\\d \u00e9';
  const server = createServer().listen(0, '::', () => {
    const { port } = server.address();
    const client = connect(port, '127.0.0.1', () => {
      const udp = require('node:dgram').createSocket('udp6');
      udp.bind(0, '::1', () => console.log(JSON.stringify([port, client.localPort, udp.address().port])));
    });
  });
`;

const hasLsof = spawnSync('lsof', ['-v']).error === undefined;
if (!hasLsof) console.warn('skipped: comparing with lsof itself, which is not installed');

test.skipIf(!hasLsof)('the fields are those that lsof writes', async () => {
  const child = spawn(process.execPath, ['-e', CHILD], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    const [ports] = await once(child.stdout, 'data');
    const [server, client, udp] = JSON.parse(String(ports)) as [number, number, number];
    const own = ['-a', '-p', String(child.pid)];
    const sockets = parseLsof(await openHost(null, realClock).run('lsof', [...COMMAND.split(' ').slice(1), ...own]));
    expect(sockets.map(({ state, local, remote }) => [state, local.addr, local.port, remote?.port])).toEqual(
      expect.arrayContaining([
        ['LISTEN', '::', server, undefined],
        ['ESTABLISHED', '127.0.0.1', client, server],
        ['ESTABLISHED', '127.0.0.1', server, client],
        ['UNCONN', '::1', udp, undefined],
      ]),
    );
    expect(sockets).toHaveLength(4);
    expect(sockets[0]?.process).toMatchObject({
      pid: child.pid,
      command: 'a\nb\tc\\d \u00e9',
      uid: process.getuid?.(),
    });
  } finally {
    child.kill();
  }
});
