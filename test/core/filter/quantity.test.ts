import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { usageError } from '../../../src/core/failure.ts';
import { parseQuantity } from '../../../src/core/filter/quantity.ts';
import type { Kind } from '../../../src/core/record/field.ts';

const parse = (text: string, kind: Kind) => parseQuantity(text, kind, (message, hint) => usageError(message, { hint }));

test.each<[Kind, string, number]>([
  ['integer', '42', 42],
  ['integer', '-42', -42],
  ['integer', '0x1F', 31],
  ['number', '1.5e3', 1500],
  ['number', '.5', 0.5],
  ['number', '5.', 5],
  ['port', '65535', 65_535],
  ['count', '10k', 10_000],
  ['count', '2M', 2_000_000],
  ['bytes', '10', 10],
  ['bytes', '10B', 10],
  ['bytes', '10KB', 10_000],
  ['bytes', '10kb', 10_000],
  ['bytes', '10k', 10_000],
  ['bytes', '10KiB', 10_240],
  ['bytes', '10Ki', 10_240],
  ['bytes', '1.5M', 1_500_000],
  ['bytes', '4.35KB', 4350],
  ['bytes', '1.5GiB', 1.5 * 2 ** 30],
  ['bytes', '2TiB', 2 * 2 ** 40],
  ['bytes', '1e3KB', 1_000_000],
  ['bytes', '0x10', 16],
  ['byte_rate', '10MB/s', 10_000_000],
  ['byte_rate', '10MB', 10_000_000],
  ['byte_rate', '10MBps', 10_000_000],
  ['byte_rate', '80Mbit/s', 10_000_000],
  ['byte_rate', '80Mbitps', 10_000_000],
  ['byte_rate', '8bit/s', 1],
  ['byte_rate', '1500', 1500],
  ['packet_rate', '10k/s', 10_000],
  ['packet_rate', '10kpps', 10_000],
  ['millis', '20', 20],
  ['millis', '20ms', 20],
  ['millis', '1.5s', 1500],
  ['millis', '250us', 0.25],
  ['millis', '250µs', 0.25],
  ['millis', '250μs', 0.25],
  ['millis', '1ns', 1e-6],
  ['millis', '1m', 60_000],
  ['seconds', '20', 20],
  ['seconds', '500ms', 0.5],
  ['seconds', '5min', 300],
  ['seconds', '2h', 7200],
  ['seconds', '1d', 86_400],
  ['percent', '5%', 5],
  ['percent', '2.5', 2.5],
])('%s %s is %d', (kind, text, value) => {
  expect(parse(text, kind)).toBe(value);
});

test.each<[Kind, string]>([
  ['integer', 'abc'],
  ['integer', ''],
  ['integer', '5ms'],
  ['integer', '10k'],
  ['integer', '1_000'],
  ['integer', '1e999'],
  ['integer', 'Infinity'],
  ['integer', 'NaN'],
  ['integer', '--5'],
  ['integer', '1.2.3'],
  ['integer', '0x'],
  ['port', '70000'],
  ['port', '-1'],
  ['port', 'htps'],
  ['bytes', '5ms'],
  ['bytes', '10MB/s'],
  ['bytes', '10Mbit'],
  ['byte_rate', '10Mbps'], // bits or bytes: nobody knows
  ['millis', '5KB'],
  ['millis', '5 ms'],
  ['millis', '5%'],
  ['percent', '5%%'],
  ['percent', '%'],
])('%s %j is an error', (kind, text) => {
  expect(() => parse(text, kind)).toThrow(`"${text}" is not a`);
});

describe('properties', () => {
  test('any number that JavaScript prints is read as it was', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(parse(String(value), 'number')).toBe(value + 0); // -0 prints as 0
      }),
    );
  });

  test('decimal units are exact', () => {
    fc.assert(
      fc.property(fc.nat(9_999_999), fc.nat(6), (digits, places) => {
        const text = `${Math.floor(digits / 10 ** places)}.${String(digits % 10 ** places).padStart(places, '0')}`;
        expect(parse(`${text}MB`, 'bytes')).toBe(digits * 10 ** (6 - places));
      }),
    );
  });
});
