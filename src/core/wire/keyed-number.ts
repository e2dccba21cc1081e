import { systemRandomWords } from './random-words.ts';

const keys = new Int32Array(3);
systemRandomWords(keys);
const [ADDED, FIRST, SECOND] = [keys[0]!, keys[1]! | 1, keys[2]! | 1];

/**
 * A number of 32 bits that strangers choose, as the key of a Map: one to one, and another one in each process. V8 hashes
 * numbers without a secret, so 4,000 chosen ones lie in one bucket and each look costs 10 µs; text it hashes by a secret.
 */
export function keyedNumber(number: number): number {
  let key = Math.imul(number + ADDED, FIRST);
  key = Math.imul(key ^ (key >>> 16), SECOND);
  return key ^ (key >>> 15);
}
