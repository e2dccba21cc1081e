import { expect, test } from 'vitest';
import { columnsOf, completeLines, wholeNumber } from '../../../src/platform/macos/columns.ts';

test('a last line without a newline is left out', () => {
  expect(completeLines('one\ntwo\nthr')).toEqual(['one', 'two']);
  expect(completeLines('one\n')).toEqual(['one']);
  expect(completeLines('')).toEqual([]);
});

test('columns are parted by any blanks', () => {
  expect(columnsOf('  lo0 \t 16384   <Link#1>  ')).toEqual(['lo0', '16384', '<Link#1>']);
});

test.each([
  ['0', 0],
  ['18446744073709551616', 2 ** 64],
  ['-', null],
  ['-1', null],
  ['1e3', null],
  ['', null],
  [undefined, null],
])('the count in %j is %j', (text, count) => {
  expect(wholeNumber(text)).toBe(count);
});
