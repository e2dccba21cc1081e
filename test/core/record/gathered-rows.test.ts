import { expect, test } from 'vitest';
import { GatheredRows, sizeOf } from '../../../src/core/record/gathered-rows.ts';
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

test('the size of a row counts its fields, texts and lists', () => {
  expect(sizeOf({})).toBe(32);
  expect(sizeOf({ a: 'four', b: 1, c: null, d: true })).toBe(32 + (8 + 28) + (8 + 12) + 8 + 8);
  expect(sizeOf({ a: ['x', 2], b: [] })).toBe(32 + 8 + (16 + (8 + 25) + (8 + 12)) + (8 + 16));
});

/** Each of 32 + 8 + 12 bytes. */
const numbers = (count: number) => Array.from({ length: count }, (_, bytes) => ({ bytes }));

test('just as many bytes as there is room for are all held, and with one more a quarter goes', () => {
  for (const [count, held, left] of [
    [8, 8, 0],
    [9, 6, 3],
    [10, 7, 3],
  ] as const) {
    const gathered = new GatheredRows(endpoint, KEYS, Number.POSITIVE_INFINITY, 8 * 52);
    for (const row of numbers(count)) gathered.add(row);
    const sorted = gathered.sorted();
    expect([sorted.length, gathered.left]).toEqual([held, left]);
    expect(sorted[0]).toEqual({ bytes: count - 1 });
  }
});

test('those that nobody asked for are not missed', () => {
  for (const [limit, left] of [
    [5, 0],
    [6, 0],
    [7, 1],
    [9, 3],
  ] as const) {
    const gathered = new GatheredRows(endpoint, KEYS, limit, 8 * 52);
    for (const row of numbers(9)) gathered.add(row);
    gathered.sorted();
    expect([limit, gathered.left]).toEqual([limit, left]);
  }
});

test('twice those that are wanted and a spare are held before they are cut', () => {
  for (const [count, held] of [
    [4100, 4100],
    [4101, 2],
    [4102, 3],
  ] as const) {
    const gathered = new GatheredRows(endpoint, KEYS, 2);
    for (const row of numbers(count)) gathered.add(row);
    expect([count, gathered.sorted().length, gathered.left]).toEqual([count, held, 0]);
  }
});
