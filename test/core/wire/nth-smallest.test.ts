import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nthSmallest } from '../../../src/core/wire/nth-smallest.ts';

test('is the value that sorting puts there', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 200 }),
      fc.nat(),
      (values, any) => {
        const index = any % values.length;
        const sorted = Float64Array.from(values).sort();
        expect(nthSmallest(Float64Array.from(values), values.length, index)).toBe(sorted[index]);
      },
    ),
  );
});

test('values beyond the length are left alone', () => {
  expect(nthSmallest(Float64Array.of(3, 1, 2, 0), 3, 0)).toBe(1);
});

test('an order in which each middle is the least left does not take the square of the time', () => {
  const length = 200_000;
  const values = new Float64Array(length);
  const at = Array.from({ length }, (_, index) => index);
  // as the rounds go: the pivot of each is the smallest of what is left, which then stands first
  for (let from = 0; from < length; from++) {
    const middle = (from + length - 1) >>> 1;
    [at[from], at[middle]] = [at[middle]!, at[from]!];
    values[at[from]!] = from;
  }
  const start = process.cpuUsage();
  expect(nthSmallest(values, length, length - 1)).toBe(length - 1);
  expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
});
