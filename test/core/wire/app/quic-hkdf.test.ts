import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { HmacKey, hkdfLabel } from '../../../../src/core/wire/app/quic-hkdf.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('codes are those of OpenSSL, for every length of key and message', () => {
  for (let length = 0; length <= 64; length++) {
    const key = randomBytes(length);
    const message = randomBytes(Math.min(length, 55));
    expect(hex(new HmacKey(key).sign(message))).toBe(createHmac('sha256', key).update(message).digest('hex'));
  }
});

test('a message that needs a second block is refused', () => {
  expect(() => new HmacKey(new Uint8Array(32)).sign(new Uint8Array(56))).toThrow(RangeError);
});

test('keys of RFC 9001, appendix A.1', () => {
  const salt = new HmacKey(Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex'));
  const initial = salt.sign(Buffer.from('8394c8f03e515708', 'hex'));
  expect(hex(initial)).toBe('7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44');
  expect(hex(hkdfLabel('client in', 32))).toBe('00200f746c73313320636c69656e7420696e0001');
  const client = new HmacKey(new HmacKey(initial).sign(hkdfLabel('client in', 32)));
  expect(hex(client.sign(hkdfLabel('quic key', 16), 16))).toBe('1f369613dd76d5467730efcbe3b1a22d');
  expect(hex(client.sign(hkdfLabel('quic iv', 12), 12))).toBe('fa044b2f42a3fd3b46fb255c');
  expect(hex(client.sign(hkdfLabel('quic hp', 16), 16))).toBe('9f50449e04a0e810283a1e9933adedd2');
});
