import { expect, test } from 'vitest';
import { RecentStreams } from '../../../src/core/insight/recent-streams.ts';

const row = (stream: number, packets = 1) => ({ stream, packets });

test('a stream that is not told any more stays, as it was last', () => {
  const recent = new RecentStreams<ReturnType<typeof row>>();
  recent.take([row(1), row(2)], 100);
  expect(recent.take([row(1, 5), row(3)], 200)).toEqual([row(2), row(1, 5), row(3)]);
});

test('for ten minutes after it changed last', () => {
  const recent = new RecentStreams<ReturnType<typeof row>>();
  recent.take([row(1), row(2)], 100);
  expect(recent.take([row(1, 2), row(2)], 400)).toEqual([row(2), row(1, 2)]);
  expect(recent.take([], 700)).toEqual([row(2), row(1, 2)]);
  expect(recent.take([], 700.5)).toEqual([row(1, 2)]);
  expect(recent.take([], 1000.5)).toEqual([]);
});

test('50,000 streams, the latest', () => {
  const recent = new RecentStreams<ReturnType<typeof row>>();
  const kept = recent.take(
    Array.from({ length: 50_002 }, (_, stream) => row(stream)),
    100,
  );
  expect(kept).toHaveLength(50_000);
  expect(kept[0]).toEqual(row(2));
});

test.each([3600, -3600])('a clock that is set by %i seconds makes none older', (by) => {
  const recent = new RecentStreams<ReturnType<typeof row>>();
  recent.take([row(1)], 10_000);
  recent.clockJumped(by);
  expect(recent.take([], 10_600 + by)).toEqual([row(1)]);
  expect(recent.take([], 10_600.5 + by)).toEqual([]);
});
