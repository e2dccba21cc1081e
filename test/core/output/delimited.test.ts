import { expect, test } from 'vitest';
import { compileCsv, compileTsv } from '../../../src/core/output/delimited.ts';
import { address, count, list, many, millis, text, time } from '../../../src/core/record/field.ts';
import { table } from '../../../src/core/record/table.ts';

const sample = table('sample', 'One row.', {
  name: text('Name.'),
  addr: address('Address.'),
  at: time('Time.'),
  tags: list('Tags.'),
  sizes: many(count('Sizes.')),
  rtt: millis('Time.'),
});
const FIELDS = [...Object.keys(sample.fields), 'else'];
const FORMULA = { name: '=1', addr: '@a', at: '-1', tags: ['+1', 'b'], sizes: [-1, 2], rtt: -1.5, else: '=x' };

test('in a CSV every text is guarded, a list and a field that is not known too, and a number is not', () => {
  expect(compileCsv(sample, FIELDS)(FORMULA)).toBe(`'=1,'@a,'-1,"'+1,b","'-1,2",-1.5,'=x`);
});

test('in TSV nothing is guarded', () => {
  expect(compileTsv(sample, FIELDS)(FORMULA)).toBe('=1\t@a\t-1\t+1,b\t-1,2\t-1.5\t=x');
});

test.each(['\t', '\r', '\0', '=', '+', '-', '@', '＝', '＋', '－', '＠'])(
  '%j at the start is guarded, later it is not',
  (mark) => {
    const cell = compileCsv(sample, ['name']);
    expect(cell({ name: `${mark}a` })[0]).toBe("'");
    expect(cell({ name: `a${mark}` })[0]).toBe('a');
  },
);

test.each([
  ['a"b', '"a""b"'],
  ['a,b', '"a,b"'],
  ['a b', 'a b'],
])('%s is quoted as %s', (name, cell) => {
  expect(compileCsv(sample, ['name'])({ name })).toBe(cell);
});

test('what is unknown or no number is empty', () => {
  for (const [compile, separator] of [
    [compileCsv, ','],
    [compileTsv, '\t'],
  ] as const) {
    const cells = compile(sample, ['name', 'rtt', 'sizes', 'at', 'else']);
    const row = { name: null, rtt: Number.NaN, sizes: undefined, at: Number.POSITIVE_INFINITY, else: false };
    expect(cells(row)).toBe(['', '', '', '', 'false'].join(separator));
  }
});
