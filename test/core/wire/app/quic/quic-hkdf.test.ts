import { createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { HmacKey, hkdfLabel, labelSchedule, scheduleMessage } from '../../../../../src/core/wire/app/quic/quic-hkdf.ts';
import { blankSchedule, STATE_WORDS } from '../../../../../src/core/wire/app/sha256.ts';

const hex = (words: Int32Array): string =>
  [...words].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

function sign(key: HmacKey, message: string): Int32Array {
  const schedule = blankSchedule();
  scheduleMessage(schedule, message);
  const code = new Int32Array(STATE_WORDS);
  key.sign(schedule, code);
  return code;
}

test('codes are those of OpenSSL, for every length of key and message', () => {
  for (let count = 0; count < 3000; count++) {
    const key = randomBytes(count % 65);
    const message = randomBytes(count % 56);
    const expected = createHmac('sha256', key).update(message).digest('hex');
    expect(hex(sign(HmacKey.of(key), message.toString('latin1')))).toBe(expected);
  }
});

test('a key may be set again, by words', () => {
  const words = Int32Array.from({ length: 8 }, () => randomBytes(4).readInt32BE());
  const key = HmacKey.of(randomBytes(64));
  key.set(words);
  const expected = createHmac('sha256', Buffer.from(hex(words), 'hex'))
    .update('a message')
    .digest('hex');
  expect(hex(sign(key, 'a message'))).toBe(expected);
});

test('a message that needs a second block is refused', () => {
  expect(() => scheduleMessage(blankSchedule(), 'a'.repeat(56))).toThrow(RangeError);
});

test('secrets of RFC 9001, appendix A.1', () => {
  const salt = HmacKey.of(Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex'));
  const initial = sign(salt, Buffer.from('8394c8f03e515708', 'hex').toString('latin1'));
  expect(hex(initial)).toBe('7db5df06e7a69e432496adedb00851923595221596ae2ae9fb8115c1e9ed0a44');
  expect(Buffer.from(hkdfLabel('client in', 32), 'latin1').toString('hex')).toBe(
    '00200f746c73313320636c69656e7420696e0001',
  );
  const common = new HmacKey();
  common.set(initial);
  const client = new Int32Array(STATE_WORDS);
  common.sign(labelSchedule('client in', 32), client);
  expect(hex(client)).toBe('c00cf151ca5be075ed0ebfb5c80323c42d6b7db67881289af4008f1f6c357aea');
});
