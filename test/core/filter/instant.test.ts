import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareInstants, instantAt, parseInstant, parseRelative } from '../../../src/core/filter/instant.ts';

test.each([
  ['2024-05-01', '2024-05-01T00:00:00'],
  ['2024-05-01T10', '2024-05-01T10:00:00'],
  ['2024-05-01T10:20', '2024-05-01T10:20:00'],
  ['2024-05-01 10:20:30', '2024-05-01T10:20:30'],
  ['2024-05-01t10:20:30z', '2024-05-01T10:20:30'],
  ['2024-05-01T10:20:30.500Z', '2024-05-01T10:20:30.5'],
  ['2024-05-01T10:20:30.000000000Z', '2024-05-01T10:20:30'],
  ['2024-05-01T10:20:30.123456789Z', '2024-05-01T10:20:30.123456789'],
  ['2024-05-01T10:20:30,5', '2024-05-01T10:20:30.5'],
  ['2024-05-01T00:30+02:00', '2024-04-30T22:30:00'],
  ['2024-05-01T00:30:00.25-0130', '2024-05-01T02:00:00.25'],
  ['2024-05-01T00:30+02', '2024-04-30T22:30:00'],
  ['2024-02-29', '2024-02-29T00:00:00'],
])('%s', (written, instant) => {
  expect(parseInstant(written)).toBe(instant);
});

test.each([
  '',
  '2024',
  '2024-05',
  '2024-5-1',
  '2023-02-29',
  '2024-02-30',
  '2024-13-01',
  '2024-05-01T24:00',
  '2024-05-01T10:60',
  '2024-05-01T10:20:60',
  '2024-05-01T10:20:30.1234567890',
  '2024-05-01T10:20:30+24:00',
  '2024-05-01T10:20:30+02:60',
  '2024-05-01Z',
  '10:20',
  '1714550400',
  '9999-12-31T23:59-01:00',
  '0000-01-01T00:00+01:00',
])('%j is no time', (text) => {
  expect(parseInstant(text)).toBeNull();
});

test('orders to the nanosecond, whatever the precision of either side', () => {
  const second = fc.integer({ min: 1_714_550_400, max: 1_714_550_402 });
  // few values, so that equal ones meet; many lengths, so that precision differs
  const fraction = fc.stringMatching(/^[019]{0,3}0{0,6}$/);
  fc.assert(
    fc.property(second, fraction, second, fraction, (leftSecond, left, rightSecond, right) => {
      const text = (seconds: number, digits: string) =>
        new Date(seconds * 1000).toISOString().replace('.000Z', digits === '' ? 'Z' : `.${digits}Z`);
      const nanos = (seconds: number, digits: string) => BigInt(seconds) * 10n ** 9n + BigInt(digits.padEnd(9, '0'));
      const difference = nanos(leftSecond, left) - nanos(rightSecond, right);
      const compared = compareInstants(text(leftSecond, left), parseInstant(text(rightSecond, right))!);
      expect(Math.sign(compared)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
    }),
    { numRuns: 1000 },
  );
});

const DAY = 86_400_000;

test.each([
  ['-24h', -DAY],
  ['-1d', -DAY],
  ['+30d', 30 * DAY],
  ['-5m', -300_000],
  ['-5min', -300_000],
  ['-5M', -300_000],
  ['-1.5h', -5_400_000],
  ['-90s', -90_000],
  ['-500ms', -500],
  ['-1e3s', -1_000_000],
  ['-1500us', -1],
  ['-1501µs', -2],
  ['+1600000ns', 2],
  ['now', 0],
  ['NOW', 0],
  ['-0s', -0],
  ['+365250d', 365_250 * DAY],
])('%s from the present', (written, millis) => {
  expect(parseRelative(written)).toBe(millis);
});

test.each([
  '',
  '24h',
  '-24',
  '-',
  '+',
  'now-24h',
  '-now',
  '-24 h',
  '- 24h',
  '--24h',
  '-1w',
  '-1y',
  '-1MB',
  '-0x5d',
  '-365251d',
  '-1e999s',
  '-24h-5m',
  '2024-05-01',
])('%j is not relative', (text) => {
  expect(parseRelative(text)).toBeNull();
});

test('an instant is written as records are compared with it', () => {
  expect(instantAt(Date.parse('2024-05-01T10:20:30.500Z'))).toBe('2024-05-01T10:20:30.5');
  expect(compareInstants('2024-05-01T10:20:30.499999999Z', instantAt(Date.parse('2024-05-01T10:20:30.500Z')))).toBe(-1);
});
