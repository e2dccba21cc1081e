import { expect, test } from 'vitest';
import { openPalette } from '../../../src/core/output/palette.ts';
import { drawTable, hiddenColumns } from '../../../src/core/output/text-table.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { count, list, maybe, shown, text, WHOLE } from '../../../src/core/record/field.ts';
import { type AnyRow, table } from '../../../src/core/record/table.ts';

const HINT = '; a wider terminal or --fields shows them';

test.each([
  [undefined, `hidden: first, second, third${HINT}`],
  [69, `hidden: first, second, third${HINT}`],
  [68, `hidden: first, second, +1${HINT}`],
  [66, `hidden: first, second, +1${HINT}`],
  [65, `hidden: first, +2${HINT}`],
  [10, `hidden: first, +2${HINT}`],
])('hidden columns are named in %s columns of the terminal', (width, line) => {
  expect(hiddenColumns(['first', 'second', 'third'], width)).toBe(line);
});

test('one hidden column is always named', () => {
  expect(hiddenColumns(['first'], 10)).toBe(`hidden: first${HINT}`);
});

const sample = table('sample', 'One row.', {
  name: text('Name.', shown('NAME', 1, WHOLE)),
  size: maybe(count('Size.', shown('SIZE', 2))),
  tags: list('Tags.', shown('TAGS', 2)),
  other: maybe(count('Other.', shown('OTHER', 9))),
  answer: maybe(count('Answer.', shown('ANSWER', 1))),
});
const hiddenAt = async (rows: readonly AnyRow[], terminalColumns: number): Promise<readonly string[]> =>
  (
    await drawTable(sample, rows, {
      fields: Object.keys(sample.fields),
      terminalColumns,
      header: true,
      palette: await openPalette(0),
      numerals: plainNumerals,
    })
  ).hidden;

test('columns in which nothing is known are hidden before others, unless they answer the question', async () => {
  const unknown = { name: 'abcdefgh', size: null, tags: [], other: 1, answer: null };
  expect(await hiddenAt([unknown], 35)).toEqual([]);
  expect(await hiddenAt([unknown], 34)).toEqual(['tags']);
  expect(await hiddenAt([unknown], 23)).toEqual(['size', 'tags']);
  expect(await hiddenAt([unknown], 16)).toEqual(['size', 'tags', 'other']);
  expect(await hiddenAt([unknown, { ...unknown, size: 0, tags: ['a'] }], 34)).toEqual(['other']);
});
