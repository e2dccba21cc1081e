// FIPS 180-4, 6.2, over blocks of words that are there already. node:crypto makes an object for every digest, which takes 2 to
// 10 µs and half a kilobyte; a block takes 0.3 µs here, and one whose schedule is known 0.2. What is hashed is public, no secret.

/** Words of a digest, and of what stands between two blocks. */
export const STATE_WORDS = 8;
/** Words of a block, with which its schedule begins. */
export const BLOCK_WORDS = 16;
const SCHEDULE_WORDS = 64;

const firstBitsOf = (root: (value: number) => number, prime: number): number =>
  Math.floor((root(prime) % 1) * 2 ** 32) | 0;
const isPrime = (value: number): boolean => {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return true;
};
const PRIMES = Array.from({ length: 310 }, (_, index) => index + 2).filter(isPrime);
/** First 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of eight. */
const K = Int32Array.from(PRIMES.slice(0, SCHEDULE_WORDS), (prime) => firstBitsOf(Math.cbrt, prime));
/** What stands before the first block. */
export const INITIAL_STATE = Int32Array.from(PRIMES.slice(0, STATE_WORDS), (prime) => firstBitsOf(Math.sqrt, prime));

/** A block, and what is made of it. */
export const blankSchedule = (): Int32Array => new Int32Array(SCHEDULE_WORDS);

/** Makes the rest of a schedule of the block at its beginning. */
export function fillSchedule(schedule: Int32Array): void {
  for (let t = BLOCK_WORDS; t < SCHEDULE_WORDS; t++) {
    const x = schedule[t - 15]!;
    const y = schedule[t - 2]!;
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
    const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10);
    schedule[t] = (schedule[t - 16]! + s0 + schedule[t - 7]! + s1) | 0;
  }
}

/** Takes the block of a filled schedule into `state`. */
export function takeBlock(state: Int32Array, schedule: Int32Array): void {
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < SCHEDULE_WORDS; t++) {
    const choice = g ^ (e & (f ^ g));
    const first = (h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + choice + K[t]! + schedule[t]!) | 0;
    const majority = (a & b) | (c & (a | b));
    const second = ((rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + majority) | 0;
    h = g;
    g = f;
    f = e;
    e = (d + first) | 0;
    d = c;
    c = b;
    b = a;
    a = (first + second) | 0;
  }
  state[0]! += a;
  state[1]! += b;
  state[2]! += c;
  state[3]! += d;
  state[4]! += e;
  state[5]! += f;
  state[6]! += g;
  state[7]! += h;
}

function rotr(word: number, bits: number): number {
  return (word >>> bits) | (word << (32 - bits));
}
