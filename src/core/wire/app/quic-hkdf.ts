// FIPS 180-4, 6.2 (SHA-256); RFC 2104 (HMAC); RFC 8446, 7.1 (HKDF-Expand-Label).
// The keys of an Initial packet take five HMACs over one block each. node:crypto makes an object for every one of them
// (measured: 2 to 10 µs and half a kilobyte each); a block takes 0.3 µs here. What is derived is public, no secret.

const BLOCK = 64;
const DIGEST = 32;
/** A message must fit into one block with its padding. */
const LONGEST_MESSAGE = BLOCK - 9;

const firstBitsOf = (root: (value: number) => number, prime: number): number =>
  Math.floor((root(prime) % 1) * 2 ** 32) | 0;
const isPrime = (value: number): boolean => {
  for (let divisor = 2; divisor * divisor <= value; divisor++) if (value % divisor === 0) return false;
  return true;
};
const PRIMES = Array.from({ length: 310 }, (_, index) => index + 2).filter(isPrime);
/** First 32 bits of the fractional parts of the cube roots of the first 64 primes, and of the square roots of eight. */
const K = Int32Array.from(PRIMES.slice(0, 64), (prime) => firstBitsOf(Math.cbrt, prime));
const INITIAL_STATE = Int32Array.from(PRIMES.slice(0, 8), (prime) => firstBitsOf(Math.sqrt, prime));

const schedule = new Int32Array(64);
const block = new Uint8Array(BLOCK);
const state = new Int32Array(8);

/** An HMAC-SHA-256 key, for messages of 55 bytes at most. */
export class HmacKey {
  private readonly inner = new Int32Array(8);
  private readonly outer = new Int32Array(8);

  /** `key` is at most 64 bytes long. */
  constructor(key: Uint8Array) {
    this.pad(this.inner, key, 0x36);
    this.pad(this.outer, key, 0x5c);
  }

  /** The first `length` bytes of the code of `message`; throws RangeError for a message that is too long. */
  sign(message: Uint8Array, length = DIGEST): Uint8Array<ArrayBuffer> {
    if (message.length > LONGEST_MESSAGE) throw new RangeError(`a message of ${message.length} bytes`);
    state.set(this.inner);
    lastBlock(message);
    const digest = digestOf();
    state.set(this.outer);
    lastBlock(digest);
    return digestOf().slice(0, length);
  }

  private pad(into: Int32Array, key: Uint8Array, byte: number): void {
    block.fill(byte);
    for (let index = 0; index < key.length; index++) block[index]! ^= key[index]!;
    state.set(INITIAL_STATE);
    compress();
    into.set(state);
  }
}

/** `HkdfLabel` with an empty context, which HKDF-Expand-Label signs; with the counter of the only block. */
export function hkdfLabel(label: string, length: number): Uint8Array {
  const name = `tls13 ${label}`;
  return Uint8Array.from([0, length, name.length, ...Buffer.from(name), 0, 1]);
}

/** Ends a message of which one block, the padded key, came before. */
function lastBlock(message: Uint8Array): void {
  block.fill(0);
  block.set(message);
  block[message.length] = 0x80;
  const bits = (BLOCK + message.length) * 8;
  block[62] = bits >> 8;
  block[63] = bits;
  compress();
}

function digestOf(): Uint8Array<ArrayBuffer> {
  const digest = new Uint8Array(DIGEST);
  for (let index = 0; index < DIGEST; index++) digest[index] = state[index >> 2]! >> (24 - 8 * (index & 3));
  return digest;
}

/** Takes `block` into `state`. */
function compress(): void {
  for (let t = 0, at = 0; t < 16; t++, at += 4) {
    schedule[t] = (block[at]! << 24) | (block[at + 1]! << 16) | (block[at + 2]! << 8) | block[at + 3]!;
  }
  for (let t = 16; t < 64; t++) {
    const x = schedule[t - 15]!;
    const y = schedule[t - 2]!;
    const s0 = rotr(x, 7) ^ rotr(x, 18) ^ (x >>> 3);
    const s1 = rotr(y, 17) ^ rotr(y, 19) ^ (y >>> 10);
    schedule[t] = schedule[t - 16]! + s0 + schedule[t - 7]! + s1;
  }
  let a = state[0]!;
  let b = state[1]!;
  let c = state[2]!;
  let d = state[3]!;
  let e = state[4]!;
  let f = state[5]!;
  let g = state[6]!;
  let h = state[7]!;
  for (let t = 0; t < 64; t++) {
    const choice = (e & f) ^ (~e & g);
    const first = (h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + choice + K[t]! + schedule[t]!) | 0;
    const majority = (a & b) ^ (a & c) ^ (b & c);
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
