import { expect, test } from 'vitest';
import { Expectations } from '../../../src/core/wire/expectations.ts';
import { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import { udp } from '../../../src/core/wire/udp.ts';

const UDP = 17;
const flow = (a: [number, number], b: [number, number], transport = UDP): Flow =>
  new Flow(0, transport, Object.assign(new Packet(), { ipVersion: 4, src0: a[0], dst0: b[0] }), a[1], b[1]);

test('either end of a flow may have been announced', () => {
  const expectations = new Expectations();
  expectations.add(UDP, [7, 0, 0, 0], 5000, udp);
  expect(expectations.match(flow([7, 5000], [8, 1]))).toBe(udp);
  expect(expectations.match(flow([8, 1], [7, 5000]))).toBe(udp);
});

test('address, port and transport count', () => {
  const expectations = new Expectations();
  expectations.add(UDP, [7, 0, 0, 0], 5000, udp);
  for (const other of [flow([7, 5001], [8, 1]), flow([9, 5000], [8, 5000]), flow([7, 5000], [8, 1], 6)]) {
    expect(expectations.match(other)).toBeNull();
  }
});

test('past 4096 the oldest are forgotten', () => {
  const expectations = new Expectations();
  for (let port = 1; port <= 4097; port++) expectations.add(UDP, [7, 0, 0, 0], port, udp);
  expect(expectations.match(flow([7, 1], [8, 60_000]))).toBeNull();
  expect(expectations.match(flow([7, 2], [8, 60_000]))).toBe(udp);
  expect(expectations.match(flow([7, 4097], [8, 60_000]))).toBe(udp);
});
