import { expect, test } from 'vitest';
import { Failure } from '../../../src/core/failure.ts';
import { address, flag, integer, many, maybe, ranking, text } from '../../../src/core/record/field.ts';
import { parseSort, sortRows } from '../../../src/core/record/sort.ts';
import { type AnyRow, table } from '../../../src/core/record/table.ts';

const thing = table('thing', 'One row.', {
  id: integer('Its number.'),
  name: maybe(text('Its name.')),
  addr: maybe(address('Its address.')),
  on: maybe(flag('Whether.')),
  size: maybe(integer('Its size.')),
  level: maybe(ranking('How grave it is.', ['error', 'warn', 'note'])),
  levels: many(ranking('How grave they are.', ['error', 'warn', 'note'])),
});

const failureOf = (run: () => unknown): Failure => {
  try {
    run();
  } catch (error) {
    if (error instanceof Failure) return error;
  }
  throw new Error('it did not fail');
};

test('a key sorts upwards unless it says :desc', () => {
  expect(parseSort(thing, ['id', 'name:desc', 'size:asc'])).toEqual([
    { field: 'id', descending: false },
    { field: 'name', descending: true },
    { field: 'size', descending: false },
  ]);
});

test.each<[readonly string[], number, number, string]>([
  [['id', 'name:up'], 8, 2, 'sort direction "up" is neither asc nor desc'],
  [['size:'], 5, 1, 'sort direction "" is neither asc nor desc'],
  [['id:asc', 'sise'], 7, 4, 'unknown field "sise" of thing'],
])('what is wrong in %j is pointed at', (words, column, length, message) => {
  const failure = failureOf(() => parseSort(thing, words));
  expect([failure.exit, failure.message]).toEqual([64, message]);
  expect(failure.place).toEqual({ text: words.join(','), column, length });
});

const order = (rows: readonly Partial<Record<string, unknown>>[], ...words: readonly string[]) =>
  sortRows(thing, rows.map((row, id) => ({ id, ...row })) as AnyRow[], parseSort(thing, words)).map(({ id }) => id);

test.each<[string, readonly unknown[], readonly number[], readonly number[]]>([
  ['size', [10, 9, null, 10, 100], [1, 0, 3, 4, 2], [4, 0, 3, 1, 2]],
  ['on', [true, null, false], [2, 0, 1], [0, 2, 1]],
  ['name', ['b', 'B', null, 'a', '10', '9'], [4, 5, 1, 3, 0, 2], [0, 3, 1, 5, 4, 2]],
  // by rank; a value of a later version comes before all
  ['level', ['warn', 'error', null, 'note', 'fatal', 'error'], [4, 3, 0, 1, 5, 2], [1, 5, 0, 3, 4, 2]],
  ['levels', [['warn', 'error'], ['note'], null, ['error']], [1, 0, 3, 2], [3, 0, 1, 2]],
  // by number, IPv4 first; what is no address comes after them
  [
    'addr',
    ['10.0.0.10', '10.0.0.9', '::1', 'zz', 'host', null, '9.9.9.9'],
    [6, 1, 0, 2, 4, 3, 5],
    [3, 4, 2, 0, 1, 6, 5],
  ],
])('by %s: in order, and the unknown last either way', (field, values, ascending, descending) => {
  const rows = values.map((value) => ({ [field]: value }));
  expect(order(rows, field)).toEqual(ascending);
  expect(order(rows, `${field}:desc`)).toEqual(descending);
});

test('the second key orders what the first leaves equal, and what is equal in all keeps its place', () => {
  const rows = [
    { name: 'b', size: 1 },
    { name: null, size: 2 },
    { name: 'a', size: 1 },
    { name: null, size: 1 },
    { name: 'b', size: 3 },
    { name: 'b', size: 1 },
  ];
  expect(order(rows, 'name', 'size:desc')).toEqual([2, 4, 0, 5, 1, 3]);
  expect(order(rows, 'size', 'name:desc')).toEqual([0, 5, 2, 3, 1, 4]);
});
