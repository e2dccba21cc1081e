import { createCipheriv, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { encryptBlock, expandKey, ROUND_KEY_WORDS } from '../../../../src/core/wire/app/aes-block.ts';

const words = (bytes: Buffer): Int32Array => Int32Array.from([0, 4, 8, 12], (at) => bytes.readInt32BE(at));

function encrypt(key: Buffer, plain: Buffer): string {
  const roundKeys = new Int32Array(ROUND_KEY_WORDS);
  expandKey(roundKeys, words(key));
  const block = words(plain);
  encryptBlock(roundKeys, block);
  return [...block].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

test('FIPS 197, C.1', () => {
  const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
  const plain = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  expect(encrypt(key, plain)).toBe('69c4e0d86a7b0430d8cdb78070b4c55a');
});

test('blocks are those of OpenSSL', () => {
  for (let count = 0; count < 5000; count++) {
    const key = randomBytes(16);
    const plain = randomBytes(16);
    const expected = createCipheriv('aes-128-ecb', key, null).update(plain);
    expect(encrypt(key, plain)).toBe(expected.toString('hex'));
  }
});
