import { expect, test } from 'vitest';
import { Flow } from '../../../src/core/wire/flow.ts';
import { Packet } from '../../../src/core/wire/packet.ts';
import type { EarlySegment } from '../../../src/core/wire/tcp-direction.ts';
import { EARLY_SEGMENT_BYTES, EarlySegments, MOST_EARLY_IN_ALL } from '../../../src/core/wire/tcp-early.ts';

const segment = (seq: number, length: number, captured = length): EarlySegment => ({
  ...{ seq, length, bytes: new Uint8Array(captured), flags: 0, ack: 0, number: 1, seconds: 0, nanoseconds: 0 },
});
const flow = (stream: number): Flow => new Flow(stream, 6, new Packet(), 1, 2);

test('the first that came is taken, the lowest is known', () => {
  const early = new EarlySegments();
  const of = flow(0);
  const side = early.begin(of, 1);
  const [a, b, c] = [segment(30, 5), segment(10, 5), segment(20, 5, 2)];
  for (const one of [a, b, c]) early.add(side, one);
  expect([side.lowest, side.bytes, early.bytes]).toEqual([10, 12, 12 + 3 * EARLY_SEGMENT_BYTES]);
  expect([early.at(side, 9), early.at(side, 10), early.at(side, 29), early.at(side, 30)]).toEqual([undefined, b, b, a]);
  early.remove(side, b);
  expect([side.lowest, side.bytes, early.bytes]).toEqual([20, 7, 7 + 2 * EARLY_SEGMENT_BYTES]);
  early.remove(side, a);
  expect([side.lowest, side.bytes, ...early.all]).toEqual([20, 2, [side, of]]);
  early.remove(side, c);
  expect([side.bytes, early.bytes, ...early.all]).toEqual([0, 0]);
});

test('sequence numbers are compared by difference', () => {
  const early = new EarlySegments();
  const side = early.begin(flow(0), 0);
  early.add(side, segment(-0x7ffffff0, 5));
  early.add(side, segment(0x7ffffff0, 5));
  expect(side.lowest).toBe(0x7ffffff0);
  expect(early.at(side, 0x7fffffff)?.seq).toBe(0x7ffffff0);
});

test.each([
  ['the same', 10, 5, 1],
  ['its beginning', 10, 4, 1],
  ['its end', 11, 4, 1],
  ['more behind', 10, 6, 2],
  ['more before', 9, 5, 2],
  ['nothing, as a FIN', 12, 0, 2],
])('what one that waits has is not kept again: %s', (_, seq, length, kept) => {
  const early = new EarlySegments();
  const side = early.begin(flow(0), 0);
  early.add(side, segment(10, 5));
  early.add(side, segment(seq, length));
  expect(side.segments).toHaveLength(kept);
});

test('in all there is a limit; the oldest directions give way, not the one that grows', () => {
  const early = new EarlySegments();
  const size = 1024 * 1024 - EARLY_SEGMENT_BYTES;
  const most = MOST_EARLY_IN_ALL / (size + EARLY_SEGMENT_BYTES);
  const sides = Array.from({ length: most }, (_, index) => early.begin(flow(index), 0));
  for (const side of sides) early.add(side, segment(5, size));
  expect(early.bytes).toBe(MOST_EARLY_IN_ALL);
  early.add(sides[0]!, segment(5 + size, 1));
  const left = sides.map(({ segments }) => segments.length);
  expect(left).toEqual([2, ...new Array(3).fill(0), ...new Array(most - 4).fill(1)]);
  expect(early.bytes).toBe((most - 3) * (size + EARLY_SEGMENT_BYTES) + 1 + EARLY_SEGMENT_BYTES);
  expect([...early.all]).toHaveLength(most - 3);
});
