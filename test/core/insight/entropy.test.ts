import { expect, test } from 'vitest';
import { entropyOf } from '../../../src/core/insight/entropy.ts';
import { percentileOf } from '../../../src/core/insight/percentile.ts';

test.each([
  ['aaaa', 0],
  ['ab', 1],
  ['0123456789abcdef', 4],
  ['', 0],
])('%s has %f bits for each character', (text, bits) => {
  expect(entropyOf(text)).toBe(bits);
});

test('the percentile is a value that occurs', () => {
  const values = Array.from({ length: 20 }, (_, index) => 20 - index);
  expect([0, 5, 50, 95, 96, 100].map((percent) => percentileOf(values, percent))).toEqual([1, 1, 10, 19, 20, 20]);
  expect(percentileOf([7], 95)).toBe(7);
});
