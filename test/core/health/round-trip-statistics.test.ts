import fc from 'fast-check';
import { expect, test } from 'vitest';
import { roundTripStatistics } from '../../../src/core/health/round-trip-statistics.ts';

test('mean, deviation, jitter and percentiles are those of mtr', () => {
  expect(roundTripStatistics([10, 20, 15, 35])).toEqual({
    min: 10,
    avg: 20,
    max: 35,
    stddev: 10.801,
    jitter: 11.667,
    p50: 15,
    p95: 35,
  });
});

test('of one there is no deviation, of none nothing', () => {
  expect(roundTripStatistics([4.2])).toEqual({
    min: 4.2,
    avg: 4.2,
    max: 4.2,
    stddev: null,
    jitter: null,
    p50: 4.2,
    p95: 4.2,
  });
  expect(new Set(Object.values(roundTripStatistics([])))).toEqual(new Set([null]));
});

test('they are in order, whatever the times', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 50 }), (times) => {
      const { min, avg, max, p50, p95, stddev, jitter } = roundTripStatistics(times);
      expect(min!).toBeLessThanOrEqual(p50!);
      expect(p50!).toBeLessThanOrEqual(p95!);
      expect(p95!).toBeLessThanOrEqual(max!);
      expect(avg!).toBeGreaterThanOrEqual(min! - 0.001);
      expect(avg!).toBeLessThanOrEqual(max! + 0.001);
      expect(jitter!).toBeLessThanOrEqual(max! - min! + 0.002);
      expect(stddev!).toBeGreaterThanOrEqual(0);
    }),
  );
});
