import { expect, test } from 'vitest';
import {
  formatBytes,
  formatMillis,
  formatNumberOf,
  formatSeconds,
  formatSignificant,
  formatterFor,
  formatterOf,
  numeralsOf,
  plainNumerals,
} from '../../../src/core/output/units.ts';
import { many, millis } from '../../../src/core/record/field.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [12_400_000, '12.4 MB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
  [999.4, '999 B'],
  [999.5, '1 kB'],
  [-12_400, '-12.4 kB'],
  [1e9, '1 GB'],
  [1e12, '1 TB'],
  [1e18, '1 EB'],
  [1e21, '1000 EB'],
  [2 ** 53, '9.01 PB'],
])('%d bytes', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0'],
  [0.005, '0.005'],
  [0.0004, '0'],
  [1.5, '1.5'],
  [12.34, '12.3'],
  [1234.5, '1235'],
  [0.9994, '0.999'],
  [1.234, '1.23'],
  [1, '1'],
  [9.876, '9.88'],
  [10.04, '10'],
  [99.94, '99.9'],
  [100.4, '100'],
  [-12.34, '-12.3'],
])('%d in three digits', (value, text) => {
  expect(formatSignificant(value)).toBe(text);
});

test.each([
  [4.25, '4.25s'],
  [59.94, '59.9s'],
  [59.95, '1m00s'],
  [59.999, '1m00s'],
  [60, '1m00s'],
  [245, '4m05s'],
  [3599.9, '59m59s'],
  [3600, '1h00m'],
  [86_399.9, '23h59m'],
  [86_400, '1d00h'],
  [11_520, '3h12m'],
  [443_000, '5d03h'],
])('%d seconds', (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [0, '0 ms'],
  [0.25, '0.25 ms'],
  [999.4, '999 ms'],
  [999.5, '1s'],
  [1000, '1s'],
  [1502, '1.5s'],
  [59_900, '59.9s'],
  [123_456, '2m03s'],
  [443_000_000, '5d03h'],
  [-0.25, '-0.25 ms'],
  [-999.4, '-999 ms'],
  [-123_456, '-2m03s'],
])('%d milliseconds', (millis, text) => {
  expect(formatMillis(millis)).toBe(text);
  expect(formatterOf('millis')(millis)).toBe(text);
});

test('unknown shows as a dash, whatever the kind', () => {
  for (const kind of ['text', 'bytes', 'millis', 'list', 'flag'] as const) expect(formatterOf(kind)(null)).toBe('-');
});

test('a hostile text is made safe by every formatter that shows text', () => {
  for (const kind of ['text', 'address', 'time'] as const) expect(formatterOf(kind)('\x1b[2J')).toBe('\\x1b[2J');
  expect(formatterOf('list')(['a\nb', 'c'])).toBe('a\\nb, c');
});

test('numbers in the language asked for', () => {
  expect(formatterOf('bytes', numeralsOf('de'))(12_400)).toBe('12,4 kB');
  expect(formatterOf('count', numeralsOf('de'))(1_234_567)).toBe('1.234.567');
  expect(formatterOf('port', numeralsOf('de'))(50_000)).toBe('50000');
});

test.each([
  ['text', 5, '5'],
  ['port', 443, '443'],
  ['integer', 1_234_567, '1234567'],
  ['count', 1.23456, '1.235'],
  ['number', 0.0005, '0.001'],
  ['flag', true, 'yes'],
  ['flag', false, 'no'],
  ['bytes', 1500, '1.5 kB'],
  ['byte_rate', 1500, '1.5 kB/s'],
  ['packet_rate', 12.345, '12.3/s'],
  ['seconds', 61, '1m01s'],
  ['percent', 12.34, '12.3 %'],
  ['list', [], '-'],
  ['list', undefined, '-'],
] as const)('%s %j is shown as %s', (kind, value, shown) => {
  expect(formatterOf(kind)(value)).toBe(shown);
});

test('many values are joined, and none of them is unknown', () => {
  const format = formatterFor(many(millis('Times.')), plainNumerals);
  expect([[1.5, 2000], [], null, 'x'].map(format)).toEqual(['1.5 ms, 2s', '-', '-', '-']);
  expect(formatterFor(millis('Time.'), plainNumerals)(1.5)).toBe('1.5 ms');
});

test('a language has as many digits as there are formats, and plain numerals beyond', () => {
  const german = numeralsOf('de');
  expect([0, 1, 2, 3, 4].map((digits) => german(1.23456, digits))).toEqual(['1', '1,2', '1,23', '1,235', '1.23456']);
});

test('one thing has the singular, none and two the plural', () => {
  expect([0, 1, 2].map((count) => formatNumberOf(count, 'record'))).toEqual(['0 records', '1 record', '2 records']);
});
