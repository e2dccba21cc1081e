import type { Prng } from './prng.ts';

const BYTES = [0x00, 0x01, 0x7f, 0x80, 0xff, 0x0a, 0x0d, 0x20];
const WORDS = [0, 1, 2, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xfffe, 0xffff];
const LONG_WORDS = [0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff, 0x1_0000, 0xffff];
/** Where headers begin in a frame of Ethernet, IPv4 and UDP or TCP: the front is damaged more often than what is behind. */
const DEPTHS = [0, 14, 34, 42, 54, 54, 54];
const LONGEST = 65_000;
const NUMBERS = [
  ...['0', '-1', '1', '65535', '65536', '2147483647', '2147483648', '4294967295', '4294967296'],
  ...['9007199254740993', '18446744073709551615', '99999999999999999999999', '1e9', '0x10', '00000000000000001', '-0'],
];

/** What mutations take from elsewhere. */
export interface Stock {
  /** Bytes of another sample. */
  readonly other: (prng: Prng) => Uint8Array;
  /** Words of the protocols in the samples. */
  readonly words: readonly Uint8Array[];
}

/** A damaged copy: one to a few of the mutations below, at places that `frame` leans to headers. */
export function mutateBytes(prng: Prng, from: Uint8Array, stock: Stock, frame = false): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(from); // slice of a Buffer is no copy
  for (let left = prng.few(6); left > 0; left--) bytes = mutateOnce(prng, bytes, stock, frame);
  return bytes;
}

function mutateOnce(prng: Prng, bytes: Uint8Array, stock: Stock, frame: boolean): Uint8Array {
  const { length } = bytes;
  if (length === 0) return stock.words.length > 0 ? prng.of(stock.words).slice() : Uint8Array.of(prng.below(256));
  const depth = frame ? Math.min(prng.of(DEPTHS), length - 1) : 0;
  const at = depth + prng.below(prng.once(2) ? length - depth : Math.min(length - depth, 48));
  switch (prng.below(20)) {
    case 0:
    case 1:
    case 2:
      bytes[at]! ^= 1 << prng.below(8);
      return bytes;
    case 3:
    case 4:
      bytes[at] = prng.of(BYTES);
      return bytes;
    case 5:
      bytes[at] = prng.below(256);
      return bytes;
    case 6:
    case 7:
      setWord(prng, bytes, at);
      return bytes;
    case 8:
      setLongWord(prng, bytes, at);
      return bytes;
    case 9:
      bytes[at]! += prng.once(2) ? 1 : 255;
      return bytes;
    case 10:
      return bytes.slice(0, at);
    case 11:
      return join(bytes, new Uint8Array(1 + prng.below(64)).fill(prng.of(BYTES)));
    case 12:
      return repeat(prng, bytes, at);
    case 13:
      return join(bytes.subarray(0, at), bytes.subarray(Math.min(length, at + 1 + prng.below(16))));
    case 14: {
      const other = stock.other(prng);
      return join(bytes.subarray(0, at), other.subarray(prng.below(other.length)));
    }
    case 15: {
      bytes.copyWithin(prng.below(length), at, Math.min(length, at + 1 + prng.below(32)));
      return bytes;
    }
    case 16:
    case 17:
      return stock.words.length === 0 ? bytes : insert(bytes, at, prng.of(stock.words));
    case 18:
      return changeNumber(prng, bytes, at);
    default:
      bytes.fill(prng.of(BYTES), at, Math.min(length, at + 1 + prng.below(16)));
      return bytes;
  }
}

/** A u16 of either byte order: a magic one, or near what could be a length of the rest. */
function setWord(prng: Prng, bytes: Uint8Array, at: number): void {
  if (at + 2 > bytes.length) return;
  const rest = bytes.length - at;
  const value = prng.once(3) ? rest - 3 + prng.below(6) : prng.of(WORDS);
  const little = prng.once(2);
  bytes[at + (little ? 0 : 1)] = value & 255;
  bytes[at + (little ? 1 : 0)] = (value >> 8) & 255;
}

function setLongWord(prng: Prng, bytes: Uint8Array, at: number): void {
  if (at + 4 > bytes.length) return;
  const rest = bytes.length - at;
  const value = prng.once(3) ? rest - 5 + prng.below(10) : prng.of(LONG_WORDS);
  const little = prng.once(2);
  for (let place = 0; place < 4; place++) bytes[at + (little ? place : 3 - place)] = (value >>> (8 * place)) & 255;
}

function repeat(prng: Prng, bytes: Uint8Array, at: number): Uint8Array {
  const block = bytes.subarray(at, Math.min(bytes.length, at + 1 + prng.below(64)));
  const times = Math.min(prng.once(8) ? 2000 : 1 + prng.below(8), Math.floor((LONGEST - bytes.length) / block.length));
  if (times < 1) return bytes;
  const made = new Uint8Array(bytes.length + block.length * times);
  made.set(bytes.subarray(0, at));
  for (let index = 0; index < times; index++) made.set(block, at + block.length * index);
  made.set(bytes.subarray(at), at + block.length * times);
  return made;
}

/** The first number in decimal digits at or after `at` becomes an extreme one. */
function changeNumber(prng: Prng, bytes: Uint8Array, at: number): Uint8Array {
  const isDigit = (place: number): boolean => bytes[place]! >= 0x30 && bytes[place]! <= 0x39;
  let start = at;
  while (start < bytes.length && !isDigit(start)) start++;
  if (start === bytes.length) return bytes;
  let end = start;
  while (end < bytes.length && isDigit(end)) end++;
  return join(bytes.subarray(0, start), Buffer.from(prng.of(NUMBERS)), bytes.subarray(end));
}

const insert = (bytes: Uint8Array, at: number, word: Uint8Array): Uint8Array =>
  join(bytes.subarray(0, at), word, bytes.subarray(at));

/** One array of several, cut where it gets longer than a datagram. */
export function join(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const made = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return length > LONGEST ? made.slice(0, LONGEST) : made;
}
