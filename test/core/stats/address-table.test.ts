import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AddressTable } from '../../../src/core/stats/address-table.ts';
import { EndpointHash } from '../../../src/core/wire/endpoint-hash.ts';
import { fnv, fnvAddresses, seededWords, type Words } from '../../support/hostile-addresses.ts';
import { WatchedSlots } from '../../support/watched-slots.ts';

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

/** Slots in a row that are taken, in a table that is half full. */
const MOST_IN_A_ROW = 256;

test('addresses that fell into one slot of a table without a secret lie apart', () => {
  const addresses = fnvAddresses(40_000);
  expect(new Set(addresses.map((words) => fnv(6, words))).size).toBe(1);
  const seeds = seededWords(7);
  const slots = new WatchedSlots();
  const table = new AddressTable(1_000_000, seeds.random, slots.make);
  addresses.forEach((words, number) => {
    expect(table.numberOf(6, ...words)).toBe(number);
  });
  expect(slots.longestRun()).toBeLessThan(MOST_IN_A_ROW);
  expect(seeds.times()).toBeLessThan(10);
});

test('of addresses that were chosen for the seed, so few lie in a row that another seed is taken', () => {
  const hash = new EndpointHash(seededWords(7).random);
  const addresses: Words[] = [];
  for (let index = 0; addresses.length < 400; index++) {
    if ((hash.ofIpv6(0x20010db8, 0, 0, index, 6) & 1023) === 0) addresses.push([0x20010db8, 0, 0, index]);
  }
  const seeds = [seededWords(7), seededWords(8)];
  const [known, other] = seeds.map(({ random }) => {
    const slots = new WatchedSlots();
    const table = new AddressTable(1_000_000, random, slots.make);
    addresses.forEach((words, number) => {
      expect(table.numberOf(6, ...words)).toBe(number);
    });
    return slots.longestRun();
  });
  expect(known).toBeLessThan(MOST_IN_A_ROW);
  expect(other).toBeLessThan(MOST_IN_A_ROW);
  expect(seeds.map(({ times }) => times())).toEqual([2, 1]);
});
