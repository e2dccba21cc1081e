import { expect, test } from 'vitest';
import { type InterfaceSample, openInterfaceRates } from '../../../src/core/network/interface-rates.ts';
import { interfaceOf } from '../../support/fake-platform.ts';

const at = (monotonicMs: number) => ({ time: `at ${monotonicMs}`, monotonicMs });
const ratesAfter = (before: Partial<InterfaceSample>, after: Partial<InterfaceSample>, ms = 2000) => {
  const engine = openInterfaceRates();
  engine.ingest([interfaceOf(before)], at(0));
  const [row] = engine.ingest([interfaceOf(after)], at(ms));
  return [row!.rx_rate, row!.tx_rate, row!.rx_packet_rate, row!.tx_packet_rate];
};

test('the first sample has every field but rates, which are between two', () => {
  const engine = openInterfaceRates();
  const { time, rx_rate, tx_rate, rx_packet_rate, tx_packet_rate, ...told } = engine.ingest(
    [interfaceOf()],
    at(1000),
  )[0]!;
  expect(told).toEqual({ ...interfaceOf(), vendor: null });
  expect([time, rx_rate, tx_rate, rx_packet_rate, tx_packet_rate]).toEqual(['at 1000', null, null, null, null]);
  const later = { rx_bytes: 1_000_501, tx_bytes: 500_000, rx_packets: 1003, tx_packets: 801 };
  const [one, other] = engine.ingest([interfaceOf(later), interfaceOf({ index: 3 })], at(3000));
  expect(one).toMatchObject({ ...later, rx_rate: 250.5, tx_rate: 0, rx_packet_rate: 1.5, tx_packet_rate: 0.5 });
  expect(other).toMatchObject({ rx_rate: null, tx_rate: null, rx_packet_rate: null, tx_packet_rate: null });
  // from the sample before, not from the first
  expect(engine.ingest([interfaceOf({ ...later, rx_bytes: 1_001_501 })], at(4000))[0]!.rx_rate).toBe(1000);
});

test.each<[string, Partial<InterfaceSample>, Partial<InterfaceSample>, number, number | null]>([
  ['a counter that went backwards', { rx_bytes: 10 }, { rx_bytes: 9 }, 2000, null],
  ['a counter that stayed', { rx_bytes: 10 }, { rx_bytes: 10 }, 2000, 0],
  ['one that is unknown now', { rx_bytes: 10 }, { rx_bytes: null }, 2000, null],
  ['one that was unknown', { rx_bytes: null }, { rx_bytes: 10 }, 2000, null],
  ['no time between', { rx_bytes: 10 }, { rx_bytes: 20 }, 0, null],
  ['a clock that went backwards', { rx_bytes: 10 }, { rx_bytes: 20 }, -1, null],
  ['tenths', { rx_bytes: 0 }, { rx_bytes: 1 }, 3000, 0.3],
])('%s', (_what, before, after, ms, expected) => {
  expect(ratesAfter(before, after, ms)).toEqual([expected, ms > 0 ? 0 : null, ms > 0 ? 0 : null, ms > 0 ? 0 : null]);
});
