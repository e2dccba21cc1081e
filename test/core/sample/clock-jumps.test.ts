import { expect, test } from 'vitest';
import { ClockJumps } from '../../../src/core/sample/clock-jumps.ts';

const at = (wallS: number, monotonicS: number) => ({
  time: new Date(1000 * wallS).toISOString(),
  monotonicMs: 1000 * monotonicS,
});

test('what the wall clock went further than the other, from a second on', () => {
  const jumps = new ClockJumps();
  expect(jumps.take(at(5000, 100))).toBe(0);
  expect(jumps.take(at(5010, 110))).toBe(0);
  expect(jumps.take(at(5020.999, 120))).toBe(0);
  expect(jumps.take(at(8630.999, 130))).toBeCloseTo(3600, 6);
  expect(jumps.take(at(8640.999, 140))).toBe(0);
  expect(jumps.take(at(5050.999, 150))).toBeCloseTo(-3600, 6);
});
