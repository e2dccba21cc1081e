import { expect, test } from 'vitest';
import { compileJson } from '../../../src/core/output/json.ts';
import { count, list, maybe, millis, text } from '../../../src/core/record/field.ts';
import { table } from '../../../src/core/record/table.ts';

/** More fields than are kept together from one row to the next. */
const sample = table('sample', 'One row.', {
  a: text('A.'),
  b: maybe(count('B.')),
  c: maybe(text('C.')),
  d: maybe(text('D.')),
  e: maybe(text('E.')),
  f: maybe(text('F.')),
  g: maybe(millis('G.')),
  tags: list('Tags.'),
});
const ROW = { a: 'x', b: 1, c: null, d: 'd', e: null, f: 'f', g: 0.5, tags: ['t'] };
const FIELDS = Object.keys(sample.fields);

test('each row is what it holds, whatever the one before it held', () => {
  const line = compileJson(sample, FIELDS);
  const rows = [
    ROW,
    ROW,
    { ...ROW, g: 0.75 },
    { ...ROW, a: 'y', g: 0.75 },
    { ...ROW, f: null },
    { ...ROW, a: 'y', b: null, tags: [] },
    { ...ROW, g: null },
  ];
  for (const row of rows) expect(line(row)).toBe(JSON.stringify({ type: 'sample', ...row }));
});

test('what is no number is null, and a required field that is null is left out', () => {
  const line = compileJson(sample, FIELDS);
  expect(line({ ...ROW, b: Number.NaN, g: Number.POSITIVE_INFINITY })).toBe(
    JSON.stringify({ type: 'sample', ...ROW, b: null, g: null }),
  );
  const { a: _a, tags: _tags, ...rest } = ROW;
  expect(line({ ...ROW, a: null, tags: null })).toBe(`{"type":"sample"${JSON.stringify(rest).replace('{', ',')}`);
});

test('fields that were chosen, of rows that have them in another order, and of rows without one', () => {
  expect(compileJson(sample, ['g', 'a'])(ROW)).toBe('{"type":"sample","g":0.5,"a":"x"}');
  const { b: _b, ...lacking } = ROW;
  expect(compileJson(sample, FIELDS)(lacking)).toBe(JSON.stringify({ type: 'sample', ...ROW, b: null }));
  // all of its first fields in order, but not all
  expect(compileJson(sample, ['a', 'b'])(ROW)).toBe('{"type":"sample","a":"x","b":1}');
});

test('many rows that share little, which JSON.stringify takes over, still lose a required null and marks', () => {
  const line = compileJson(sample, FIELDS);
  for (let n = 0; n < 1200; n++) {
    const row = { ...ROW, a: `a${n}`, b: n, g: n / 8, f: `f${n}` };
    expect(line(row)).toBe(JSON.stringify({ type: 'sample', ...row }));
  }
  expect(line({ ...ROW, a: 'x\u202ey' })).toBe(
    JSON.stringify({ type: 'sample', ...ROW }).replace('"x"', '"x\\u202ey"'),
  );
  expect(line({ ...ROW, a: '1 → 2' })).toBe(JSON.stringify({ type: 'sample', ...ROW, a: '1 → 2' }));
  const { a: _a, ...rest } = ROW;
  expect(line({ ...ROW, a: null })).toBe(`{"type":"sample",${JSON.stringify(rest).slice(1)}`);
});
