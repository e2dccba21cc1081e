import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  BLOCK_WORDS,
  blankSchedule,
  fillSchedule,
  INITIAL_STATE,
  takeBlock,
} from '../../../../src/core/wire/app/sha256.ts';

/** The digest, with the padding of FIPS 180-4, 5.1.1. */
function digest(message: Uint8Array): string {
  const blocks = Buffer.alloc(Math.ceil((message.length + 9) / 64) * 64);
  blocks.set(message);
  blocks[message.length] = 0x80;
  blocks.writeUInt32BE(message.length * 8, blocks.length - 4);
  const state = Int32Array.from(INITIAL_STATE);
  const schedule = blankSchedule();
  for (let at = 0; at < blocks.length; at += 64) {
    for (let index = 0; index < BLOCK_WORDS; index++) schedule[index] = blocks.readInt32BE(at + 4 * index);
    fillSchedule(schedule);
    takeBlock(state, schedule);
  }
  return [...state].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

test('FIPS 180-4: the digest of abc', () => {
  expect(digest(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('digests are those of OpenSSL', () => {
  for (let length = 0; length < 1000; length++) {
    const message = randomBytes(length);
    expect(digest(message)).toBe(createHash('sha256').update(message).digest('hex'));
  }
});
