import type { RandomWords } from '../../src/core/wire/random-words.ts';

export type Words = readonly [number, number, number, number];

/** Words that follow from a seed (Marsaglia's xorshift), and how often they were asked for. */
export function seededWords(seed: number): { readonly random: RandomWords; times(): number } {
  let state = seed | 1;
  let times = 0;
  const random: RandomWords = (words) => {
    times++;
    for (let index = 0; index < words.length; index++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      words[index] = state;
    }
  };
  return { random, times: () => times };
}

/** 7 times it is 1, modulo 2^32. */
const SEVENTH = 0xb6db6db7;

/** What a hash without a secret made of an address before anything else: one word. */
export const folded = ([w0, w1, w2, w3]: Words): number => w0 ^ Math.imul(w1, 3) ^ Math.imul(w2, 5) ^ Math.imul(w3, 7);

/** IPv6 addresses of 2001:db8::/32 that all fold into 0, as whoever reads the source of such a hash computes them. */
export function foldingAddresses(count: number): Words[] {
  const w0 = 0x20010db8;
  return Array.from({ length: count }, (_, index): Words => {
    const w1 = Math.imul(index, 0x9e3779b1);
    const w2 = index;
    return [w0, w1, w2, Math.imul(w0 ^ Math.imul(w1, 3) ^ Math.imul(w2, 5), SEVENTH)];
  });
}

/** FNV-1a over the words and what came behind it: the same slot in every table, up to its size, for all of these. */
export const fnv = (version: number, words: Words): number => {
  let hash = version;
  for (const word of words) hash = Math.imul(hash ^ word, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
};

/** The inverse of FNV's prime modulo 2^32. */
const UNPRIMED = 0x359c449b;

/** IPv6 addresses of which `fnv` makes one number: the last word undoes what the others did. */
export function fnvAddresses(count: number): Words[] {
  return Array.from({ length: count }, (_, index): Words => {
    const before = [0x20010db8, index, 0].reduce((hash, word) => Math.imul(hash ^ word, 0x01000193), 6);
    return [0x20010db8, index, 0, before ^ Math.imul(0x12345678, UNPRIMED)];
  });
}
