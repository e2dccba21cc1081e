import { describe, expect, test } from 'vitest';
import { compileFilter } from '../../../src/core/filter/bind.ts';
import { compileExpectation } from '../../../src/core/filter/expectation.ts';
import { compileCsv, compileTsv } from '../../../src/core/output/delimited.ts';
import { compileJson } from '../../../src/core/output/json.ts';
import { formatterFor, plainNumerals } from '../../../src/core/output/units.ts';
import { bytes, integer, isNumeric, many, maybe, text } from '../../../src/core/record/field.ts';
import { jsonTypeOf, schemaOf } from '../../../src/core/record/schema.ts';
import { namedFields, visibleFields } from '../../../src/core/record/select-fields.ts';
import { sortRows } from '../../../src/core/record/sort.ts';
import { type AnyRow, fieldNamed, fieldNames, table } from '../../../src/core/record/table.ts';

/** A record with fields that only who names them gets, some with many values. */
const exchange = table(
  'exchange',
  'One row.',
  { id: integer('Its number.') },
  { more: { 'h.code': many(integer('Codes.')), 'h.host': many(text('Hosts.')), 'h.size': maybe(bytes('Size.')) } },
);
const CODES = exchange.more['h.code']!;

const ROWS: readonly AnyRow[] = [
  { id: 1, 'h.code': [200, 404], 'h.host': ['a', 'b'], 'h.size': 1500 },
  { id: 2, 'h.code': [302], 'h.host': null, 'h.size': null },
  { id: 3, 'h.code': null, 'h.host': ['b,c'], 'h.size': 7 },
];

test.each<[string, number[]]>([
  ['h.code', [1, 2]],
  ['not h.code', [3]],
  ['h.code == 404', [1]],
  ['h.code == 200', [1]],
  ['h.code != 200', [2]],
  ['h.code > 302', [1]],
  ['h.code in {300..399}', [2]],
  ['h.code in {201..403}', [2]],
  ['h.code in {404, 302}', [1, 2]],
  ['h.code == null', [3]],
  ['H.Host == b', [1]],
  ['h.host contains c', [3]],
  ['h.host matches "^b"', [1, 3]],
  ['h.size >= 1.5KB', [1]],
])('%s', (source, expected) => {
  const filter = compileFilter(source, exchange);
  expect(ROWS.filter((row) => filter.matches(row)).map(({ id }) => id)).toEqual(expected);
});

describe('an expectation', () => {
  test('sees every value', () => {
    const tally = compileExpectation('none(h.code >= 404)', exchange).start();
    for (const row of ROWS) tally.add(row);
    expect(tally.holds()).toBe(false);
  });

  test('measures one number, and refuses many', () => {
    const tally = compileExpectation('max(h.size) == 1.5KB', exchange).start();
    for (const row of ROWS) tally.add(row);
    expect(tally.holds()).toBe(true);
    expect(() => compileExpectation('max(h.code) > 1', exchange)).toThrow('h.code is not a number');
  });
});

test('a name that is near one of these is suggested', () => {
  expect(() => compileFilter('h.cod == 1', exchange)).toThrow('unknown field "h.cod"');
  expect(() => namedFields(exchange, ['h.cod'])).toThrow(
    expect.objectContaining({ hint: 'did you mean h.code? netwatch fields exchange lists them' }),
  );
});

test('they are printed when they are named, and neither by all nor by themselves', () => {
  expect(namedFields(exchange, ['h.host', 'all'])).toEqual(['h.host', 'id']);
  expect(visibleFields(exchange, true)).toEqual([]);
  expect(fieldNames(exchange)).toEqual(['id', 'h.code', 'h.host', 'h.size']);
  expect([fieldNamed(exchange, 'id')?.kind, fieldNamed(exchange, 'h.size')?.kind]).toEqual(['integer', 'bytes']);
  expect([fieldNamed(exchange, 'constructor'), fieldNamed(exchange, 'h.cod')]).toEqual([undefined, undefined]);
});

test('JSON has an array, and the schema only what every record has', () => {
  const line = compileJson(exchange, ['id', 'h.code', 'h.host']);
  expect(ROWS.map(line)).toEqual([
    '{"type":"exchange","id":1,"h.code":[200,404],"h.host":["a","b"]}',
    '{"type":"exchange","id":2,"h.code":[302],"h.host":null}',
    '{"type":"exchange","id":3,"h.code":null,"h.host":["b,c"]}',
  ]);
  expect([jsonTypeOf(CODES), jsonTypeOf(maybe(integer('One.')))]).toEqual(['array', 'integer']);
  expect(schemaOf(exchange).required).toEqual(['type', 'id']);
});

test('TSV and CSV join the values by commas', () => {
  const fields = ['id', 'h.code', 'h.host'];
  expect(ROWS.map(compileTsv(exchange, fields))).toEqual(['1\t200,404\ta,b', '2\t302\t', '3\t\tb,c']);
  expect(ROWS.map(compileCsv(exchange, fields))).toEqual(['1,"200,404","a,b"', '2,302,', '3,,"b,c"']);
});

test('a table shows each value as its kind is shown', () => {
  const sizes = formatterFor(many(bytes('Sizes.')), plainNumerals);
  expect([[1500, 7], [2000], [], null].map((value) => sizes(value))).toEqual(['1.5 kB, 7 B', '2 kB', '-', '-']);
  expect(formatterFor(maybe(bytes('Size.')), plainNumerals)(1500)).toBe('1.5 kB');
  expect([isNumeric(CODES), isNumeric(maybe(integer('One.'))), isNumeric(text('A text.'))]).toEqual([
    false,
    true,
    false,
  ]);
});

test('rows are sorted by the first value, as a number; unknown ones come last', () => {
  const rows = [...ROWS, { id: 4, 'h.code': [1000, 1] }, { id: 5, 'h.code': [99, 5] }];
  const order = (descending: boolean) =>
    sortRows(exchange, rows, [{ field: 'h.code', descending }]).map(({ id }) => id);
  expect(order(false)).toEqual([5, 1, 2, 4, 3]);
  expect(order(true)).toEqual([4, 2, 1, 5, 3]);
});
