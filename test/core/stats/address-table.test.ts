import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressTable } from '../../../src/core/stats/address-table.ts';

const word = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

test('addresses are numbered in the order they come, however many', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(4, 6), word, fc.nat(3), fc.nat(3), fc.nat(3))), (asked) => {
      const table = new AddressTable(1_000_000);
      const expected = new Map<string, number>();
      for (const address of asked) {
        const key = address.join();
        if (!expected.has(key)) expected.set(key, expected.size);
        expect(table.numberOf(...address)).toBe(expected.get(key));
      }
      expect(table.size).toBe(expected.size);
    }),
  );
});

test('it grows, stops at its limit, and writes addresses as RFC 5952 does', () => {
  const table = new AddressTable(50_000);
  for (let number = 0; number < 50_000; number++) expect(table.numberOf(4, number * 7919, 0, 0, 0)).toBe(number);
  for (let number = 0; number < 50_000; number++) expect(table.numberOf(4, number * 7919, 0, 0, 0)).toBe(number);
  expect(table.numberOf(6, 1, 2, 3, 4)).toBe(-1);
  expect(table.text(1)).toBe('0.0.30.239');
  const other = new AddressTable(1);
  other.numberOf(6, 0x20010db8, 0, 0, 1);
  expect(other.text(0)).toBe('2001:db8::1');
});
