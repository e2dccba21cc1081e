import { expect, test } from 'vitest';
import { formatTimestamp, secondsBetween } from '../../../src/core/capture/timestamp.ts';

test.each([
  [0, 0, '1970-01-01T00:00:00.000000Z'],
  [1_700_000_000, 123_456_000, '2023-11-14T22:13:20.123456Z'],
  [1_700_000_000, 123_456_789, '2023-11-14T22:13:20.123456789Z'],
  [1_700_000_000, 1, '2023-11-14T22:13:20.000000001Z'],
  [-10, 5000, '1969-12-31T23:59:50.000005Z'],
  [0xffff_ffff, 999_999_000, '2106-02-07T06:28:15.999999Z'],
  [253_402_300_800, 0, '+010000-01-01T00:00:00.000000Z'],
  [1e18, 0, '+275760-09-13T00:00:00.000000Z'],
  [-1e18, 0, '-271821-04-20T00:00:00.000000Z'],
])('%d s and %d ns', (seconds, nanoseconds, text) => {
  expect(formatTimestamp(seconds, nanoseconds)).toBe(text);
  expect(formatTimestamp(seconds + 1, nanoseconds)).toBe(formatTimestamp(seconds + 1, nanoseconds));
  expect(formatTimestamp(seconds, nanoseconds)).toBe(text);
});

test('a packet without a time has none', () => {
  expect(formatTimestamp(Number.NaN, 0)).toBeNull();
  expect(secondsBetween(Number.NaN, 0, 5, 0)).toBeNaN();
});

test.each([
  [10, 999_999_999, 11, 0, 1e-9],
  [11, 0, 10, 999_999_999, -1e-9],
  [1_700_000_000, 100_000_000, 1_700_000_000, 350_000_000, 0.25],
  [5, 0, 5, 0, 0],
])('from %d.%d to %d.%d', (fromSeconds, fromNanoseconds, toSeconds, toNanoseconds, between) => {
  expect(secondsBetween(fromSeconds, fromNanoseconds, toSeconds, toNanoseconds)).toBe(between);
});
