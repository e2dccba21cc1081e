import { expect, test } from 'vitest';
import { GatheredRows } from '../../../src/core/record/gathered-rows.ts';
import { parseSort, sortRows } from '../../../src/core/record/sort.ts';
import { endpoint } from '../../../src/core/record/tables/endpoint.ts';

const KEYS = parseSort(endpoint, ['bytes:desc']);
/** In no order, with many that are equal. */
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, number) => ({ addr: `10.0.0.${number}`, bytes: (number * 7919) % 1009 }));

test('those that are wanted are the same as if all had been held', () => {
  const rows = rowsOf(50_000);
  const gathered = new GatheredRows(endpoint, KEYS, 100);
  for (const row of rows) gathered.add(row);
  expect(gathered.sorted().slice(0, 100)).toEqual(sortRows(endpoint, rows, KEYS).slice(0, 100));
  expect(gathered.left).toBe(0);
});

test('of more than there is room for, the last in the order are left out and counted', () => {
  const rows = rowsOf(2000);
  const gathered = new GatheredRows(endpoint, KEYS, Number.POSITIVE_INFINITY, 50_000);
  for (const row of rows) gathered.add(row);
  const sorted = gathered.sorted();
  expect(sorted.length).toBeLessThan(1000);
  expect(sorted.length + gathered.left).toBe(2000);
  const least = Math.floor(sorted.length / 2);
  expect(sorted.slice(0, least)).toEqual(sortRows(endpoint, rows, KEYS).slice(0, least));
});
