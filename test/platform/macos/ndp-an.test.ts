import { expect, test } from 'vitest';
import { parseNdp } from '../../../src/platform/macos/ndp-an.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const COMMAND = 'ndp -an';

test('each line is a neighbour; one without an address of a card has null', () => {
  expect(parseNdp(outputOf(COMMAND))).toEqual([
    { addr: 'fe80::1', mac: null, iface: 'lo0', state: 'PERMANENT', host: null, vendor: null },
    {
      addr: '2001:db8:1:2:1c2d:3eff:fe4f:5061',
      mac: '00:00:5e:00:53:17',
      iface: 'en0',
      state: 'PERMANENT',
      host: null,
      vendor: null,
    },
    { addr: 'fe80::1', mac: '00:00:5e:00:53:01', iface: 'en0', state: 'STALE', host: null, vendor: null },
    {
      addr: 'fe80::9a1b:2cff:fe3d:4e5f',
      mac: '98:1b:2c:3d:4e:5f',
      iface: 'en0',
      state: 'REACHABLE',
      host: null,
      vendor: null,
    },
    { addr: '2001:db8:1:2::77', mac: null, iface: 'en0', state: 'INCOMPLETE', host: null, vendor: null },
  ]);
});

test.each([
  ['N', 'INCOMPLETE'],
  ['I', 'INCOMPLETE'],
  ['R', 'REACHABLE'],
  ['S', 'STALE'],
  ['D', 'DELAY'],
  ['P', 'PROBE'],
])('%s is %s', (letter, state) => {
  expect(parseNdp(`fe80::2%en0 0:0:5e:0:53:2 en0 3s ${letter} R\n`)[0]?.state).toBe(state);
});

test('an entry without a state is left out', () => {
  expect(parseNdp('fe80::2%en0 0:0:5e:0:53:2 en0   R\n')).toEqual([]);
  expect(parseNdp('fe80::2%en0 0:0:5e:0:53:2 en0 3s ?\n')).toEqual([]);
});

test('a table cut anywhere keeps the rows before', () => {
  expectCutsToKeepRows(outputOf(COMMAND), parseNdp);
  expect(parseNdp(outputOf(COMMAND, BROKEN))).toHaveLength(2);
});
