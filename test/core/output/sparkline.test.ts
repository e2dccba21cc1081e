import { expect, test } from 'vitest';
import { sparkline } from '../../../src/core/output/sparkline.ts';

test.each<[readonly (number | null)[], number, string]>([
  [[], 10, ''],
  // what stays the same is half as high
  [[5, 5, 5], 10, '▄▄▄'],
  [[1, 2, 4, 8], 10, '▁▂▄█'],
  [[1, 1, 1, 100], 10, '▁▁▁█'],
  [[5, null, Number.NaN, 5], 10, '▄×·▄'],
  [[null, null], 10, '××'],
  [[0, 0], 10, '▁▁'],
  // the newest stay
  [[1, 1, 8, 8, null], 3, '▄▄×'],
])('%j in %i', (values, width, bars) => {
  expect(sparkline(values, width)).toBe(bars);
});
