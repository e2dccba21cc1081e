import { expect, test } from 'vitest';
import { parseArp } from '../../../src/platform/macos/arp-an.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const COMMAND = 'arp -an';

test('neighbours, without multicast and broadcast', () => {
  expect(parseArp(outputOf(COMMAND))).toEqual([
    { addr: '192.168.1.1', mac: '00:00:5e:00:53:01', iface: 'en0', state: 'REACHABLE', host: null, vendor: null },
    { addr: '192.168.1.23', mac: '00:00:5e:00:53:17', iface: 'en0', state: 'PERMANENT', host: null, vendor: null },
    { addr: '192.168.1.40', mac: '00:00:5e:00:53:40', iface: 'en0', state: 'REACHABLE', host: null, vendor: null },
    { addr: '192.168.1.77', mac: null, iface: 'en0', state: 'INCOMPLETE', host: null, vendor: null },
    { addr: '172.20.0.1', mac: '02:00:5e:00:53:fe', iface: 'en7', state: 'REACHABLE', host: null, vendor: null },
  ]);
});

test.each(['? (192.168.1.1) at 0:0:5e:0:53:1', '? (1.2.3) at (incomplete) on en0', 'arp: no entries', ''])(
  '%j is left out',
  (line) => {
    expect(parseArp(`${line}\n`)).toEqual([]);
  },
);

test('a table cut anywhere keeps the rows before', () => {
  expectCutsToKeepRows(outputOf(COMMAND), parseArp);
  expect(parseArp(outputOf(COMMAND, BROKEN))).toHaveLength(4);
});
