import { expect, test } from 'vitest';
import { parseInterfaceCounters } from '../../../src/platform/macos/netstat-ib.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const COMMAND = 'netstat -ibdnl';

test('counters of the link layer, by index', () => {
  const counters = parseInterfaceCounters(outputOf(COMMAND));
  expect([...counters.keys()]).toEqual([1, 2, 3, 9, 11, 14, 15, 16, 18, 19, 20, 21, 22, 23]);
  expect(counters.get(14)).toEqual({
    rx_bytes: 28_412_345_678,
    tx_bytes: 1_912_345_678,
    rx_packets: 23_300_545,
    tx_packets: 6_448_755,
    rx_errors: 3,
    tx_errors: 464,
    rx_dropped: null,
    tx_dropped: 17,
    collisions: 0,
    multicast: null,
  });
});

test('a row without an address counts from the right', () => {
  expect(parseInterfaceCounters(outputOf(COMMAND)).get(19)).toMatchObject({
    rx_packets: 10_021,
    rx_bytes: 8_123_456,
    tx_packets: 9120,
    tx_bytes: 1_234_500,
  });
});

test('columns are known by their heading', () => {
  const text = 'Name Mtu Network Address Ipkts Ierrs Opkts Oerrs Coll\nen0 1500 <Link#4> 0:0:5e:0:53:1 7 0 8 - 9\n';
  expect(parseInterfaceCounters(text).get(4)).toMatchObject({
    rx_packets: 7,
    tx_packets: 8,
    tx_errors: null,
    collisions: 9,
    rx_bytes: null,
    tx_dropped: null,
  });
  expect(parseInterfaceCounters('en0 1500 <Link#4> 1 2 3\n').get(4)?.rx_packets).toBeNull();
});

test('a table cut anywhere keeps the rows before', () => {
  expectCutsToKeepRows(outputOf(COMMAND), parseInterfaceCounters);
  expect(parseInterfaceCounters(outputOf(COMMAND, BROKEN)).size).toBe(6);
});
