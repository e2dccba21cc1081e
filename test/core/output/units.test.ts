import { expect, test } from 'vitest';
import {
  formatBytes,
  formatMillis,
  formatSeconds,
  formatSignificant,
  formatterOf,
  numeralsOf,
} from '../../../src/core/output/units.ts';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1 kB'],
  [12_400_000, '12.4 MB'],
  [999_499, '999 kB'],
  [999_500, '1 MB'],
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
