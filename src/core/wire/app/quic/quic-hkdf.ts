import { BLOCK_WORDS, blankSchedule, fillSchedule, INITIAL_STATE, STATE_WORDS, takeBlock } from '../sha256.ts';

// RFC 2104 (HMAC over SHA-256); RFC 8446, 7.1 (HKDF-Expand-Label). The keys of an Initial packet take five codes, each of one
// block, and so do the keys that they are signed with. All of it is words in buffers that are used again: nothing is allocated.

const BLOCK = 64;
/** A message must fit into one block with its padding. */
const LONGEST_MESSAGE = BLOCK - 9;
const INNER_PAD = 0x36363636;
const OUTER_PAD = 0x5c5c5c5c;

const padded = blankSchedule();
/** That of a digest, which is what the outer hash is made of: its padding is always the same. */
const ofDigest = blankSchedule();
ofDigest[STATE_WORDS] = 0x80000000;
ofDigest[BLOCK_WORDS - 1] = 8 * (BLOCK + 32);

/** An HMAC-SHA-256 key, for messages of 55 bytes at most. */
export class HmacKey {
  /** What stands behind the padded key, in the inner and in the outer hash. */
  private readonly inner = new Int32Array(STATE_WORDS);
  private readonly outer = new Int32Array(STATE_WORDS);

  /** A key of up to 64 bytes. */
  static of(key: Uint8Array): HmacKey {
    const words = new Int32Array(BLOCK_WORDS);
    for (let index = 0; index < key.length; index++) words[index >> 2]! |= key[index]! << (24 - 8 * (index & 3));
    const made = new HmacKey();
    made.set(words);
    return made;
  }

  /** From now on the key is this one: up to 16 words. */
  set(words: Int32Array): void {
    pad(this.inner, words, INNER_PAD);
    pad(this.outer, words, OUTER_PAD);
  }

  /** Writes the code of a message, whose schedule this is, into `code`. */
  sign(message: Int32Array, code: Int32Array): void {
    // the digest comes about where the schedule of the outer hash has it
    for (let index = 0; index < STATE_WORDS; index++) {
      ofDigest[index] = this.inner[index]!;
      code[index] = this.outer[index]!;
    }
    takeBlock(ofDigest, message);
    fillSchedule(ofDigest);
    takeBlock(code, ofDigest);
  }
}

function pad(state: Int32Array, words: Int32Array, by: number): void {
  const given = words.length;
  for (let index = 0; index < given; index++) padded[index] = words[index]! ^ by;
  for (let index = given; index < BLOCK_WORDS; index++) padded[index] = by;
  fillSchedule(padded);
  for (let index = 0; index < STATE_WORDS; index++) state[index] = INITIAL_STATE[index]!;
  takeBlock(state, padded);
}

/**
 * Makes `schedule` that of a message, a byte a character, as `HmacKey.sign` takes it: one block follows the padded key. Throws
 * RangeError for a message that is too long.
 */
export function scheduleMessage(schedule: Int32Array, message: string): void {
  const { length } = message;
  if (length > LONGEST_MESSAGE) throw new RangeError(`a message of ${length} bytes`);
  for (let index = 0; index < BLOCK_WORDS; index++) schedule[index] = 0;
  for (let index = 0; index < length; index++) {
    schedule[index >> 2]! |= message.charCodeAt(index) << (24 - 8 * (index & 3));
  }
  schedule[length >> 2]! |= 0x80 << (24 - 8 * (length & 3));
  schedule[BLOCK_WORDS - 1] = 8 * (BLOCK + length);
  fillSchedule(schedule);
}

/** `HkdfLabel` with an empty context, which HKDF-Expand-Label signs, with the counter of the only block; a byte a character. */
export function hkdfLabel(label: string, length: number): string {
  const name = `tls13 ${label}`;
  return `\0${String.fromCharCode(length, name.length)}${name}\0\x01`;
}

/** The schedule of such a label, which is made once for all keys. */
export function labelSchedule(label: string, length: number): Int32Array {
  const schedule = blankSchedule();
  scheduleMessage(schedule, hkdfLabel(label, length));
  return schedule;
}
