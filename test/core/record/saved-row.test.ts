import { describe, expect, test } from 'vitest';
import { compileJson } from '../../../src/core/output/json.ts';
import { flag, integer, list, maybe, millis, text } from '../../../src/core/record/field.ts';
import { readRow } from '../../../src/core/record/saved-row.ts';
import { table } from '../../../src/core/record/table.ts';
import { conn } from '../../../src/core/record/tables/conn.ts';

const written = { name: text('Its name.'), size: integer('How large it is.'), rtt_ms: maybe(millis('How far.')) };
const thing = table('thing', 'One row per thing.', written);
/** The same record in a later version, which has one more field, and one more list. */
const later = table('thing', 'One row per thing.', {
  ...written,
  colour: maybe(text('Which colour it has.')),
  tags: list('What it is called besides.'),
});
const line = (of: typeof thing | typeof later, row: unknown): string => {
  const names = Object.keys(of.fields);
  return compileJson(of, names)(row as Record<string, unknown>);
};

describe('a field that did not exist when the record was saved', () => {
  test('is unknown, and the row fits the schema', () => {
    const row = readRow(later, { type: 'thing', name: 'a', size: 1, rtt_ms: 2 });
    expect(row).toEqual({ name: 'a', size: 1, rtt_ms: 2, colour: null, tags: [] });
    expect(line(later, row)).toBe('{"type":"thing","name":"a","size":1,"rtt_ms":2,"colour":null,"tags":[]}');
  });

  test('and one that is not known any more is dropped', () => {
    expect(readRow(thing, { type: 'thing', size: 1, weight: 7, name: 'a' })).toEqual({
      name: 'a',
      size: 1,
      rtt_ms: null,
    });
  });
});

test.each([
  [{ name: 'a' }, '{"type":"thing","name":"a","rtt_ms":null}'],
  [{ size: 3 }, '{"type":"thing","size":3,"rtt_ms":null}'],
  [{}, '{"type":"thing","rtt_ms":null}'],
  [{ name: null, size: 3 }, '{"type":"thing","size":3,"rtt_ms":null}'],
])('what --fields left out of %j is left out again, for its field cannot be null', (fields, text) => {
  expect(line(thing, readRow(thing, { type: 'thing', ...fields }))).toBe(text);
});

test('a part among many whole records of captures, which are written at once, is a part', () => {
  const names = Object.keys(thing.fields);
  const writer = compileJson(thing, names);
  for (let i = 0; i < 3000; i++) {
    const whole = { type: 'thing', name: `n${i}`, size: i, rtt_ms: i / 2 };
    expect(writer(readRow(thing, whole) as Record<string, unknown>)).toBe(JSON.stringify(whole));
  }
  const part = readRow(thing, { type: 'thing', size: 7 }) as Record<string, unknown>;
  expect(writer(part)).toBe('{"type":"thing","size":7,"rtt_ms":null}');
});

test.each([
  ['1e999', 'a number: Infinity'],
  ['-1e999', 'a number: -Infinity'],
  ['1e308', 'a number up to 1e+30: 1e+308'],
  ['-1e31', 'a number up to 1e+30: -1e+31'],
])('%s is more than any number of a record: the line is no record', (number, why) => {
  const record: unknown = JSON.parse(`{"type":"conn","rtt_ms":${number}}`);
  expect(readRow(conn, record)).toBe(`rtt_ms is not ${why}`);
});

test.each([
  [[], 'not a JSON object'],
  [null, 'not a JSON object'],
  [{}, 'no "type"'],
  [{ type: 'iface' }, null],
  [{ type: 'thing', size: '1' }, 'size is not a number: "1"'],
  [{ type: 'thing', name: 1 }, 'name is not a text: 1'],
])('%j is no such record', (value, found) => {
  expect(readRow(thing, value)).toBe(found);
});

describe('a value that its field cannot have', () => {
  const any = table('any', 'One row.', {
    on: maybe(flag('Whether.')),
    tags: list('Names.'),
    size: maybe(integer('Size.')),
    name: maybe(text('Name.')),
  });
  test.each<[string, unknown, unknown]>([
    ['on', true, undefined],
    ['on', false, undefined],
    ['on', 1, 'on is not true or false: 1'],
    ['on', 'true', 'on is not true or false: "true"'],
    ['tags', ['a', 'b'], undefined],
    ['tags', [], undefined],
    ['tags', ['a', 1], 'tags is not a list of texts: ["a",1]'],
    ['tags', 'a', 'tags is not a list of texts: "a"'],
    ['tags', { length: 0 }, 'tags is not a list of texts: {"length":0}'],
    ['size', 0, undefined],
    ['size', true, 'size is not a number: true'],
    ['size', [1], 'size is not a number: [1]'],
    ['name', '', undefined],
    ['name', ['a'], 'name is not a text: ["a"]'],
    ['name', 'x'.repeat(200), undefined],
    ['tags', 'x'.repeat(200), `tags is not a list of texts: "${'x'.repeat(79)}`],
  ])('%s: %j', (name, value, wrong) => {
    const read = readRow(any, { type: 'any', [name]: value });
    expect(read).toEqual(wrong ?? { on: null, tags: [], size: null, name: null, [name]: value });
  });

  test('is not read from what every object has', () => {
    const odd = table('odd', 'One row.', { constructor: maybe(text('A name.')) });
    expect(readRow(odd, { type: 'odd' })).toEqual({ constructor: null });
  });

  test.each(['a text', 7, undefined])('%j is no record', (value) => {
    expect(readRow(any, value)).toBe('not a JSON object');
  });
});
