import { createHmac, scryptSync } from 'node:crypto';

/** Bytes of a key: 16 of AES, and 16 that Crypto-PAn calls its pad. */
export const KEY_BYTES = 32;
/** The fewest bytes of a text that may stand for a key. */
export const LEAST_TEXT = 8;
const SALT = 'netwatch --redact-key';

/**
 * The key that the bytes of a file are: 32 bytes themselves, 64 hexadecimal digits, or a text, which is stretched
 * (scrypt) because people can guess it. Null for a text that is too short.
 */
export function keyOf(file: Uint8Array): Uint8Array | null {
  if (file.length === KEY_BYTES) return Uint8Array.from(file);
  const text = Buffer.from(file)
    .toString('latin1')
    .replace(/[\r\n]+$/, '');
  if (/^[0-9a-f]{64}$/i.test(text)) return Uint8Array.from(Buffer.from(text, 'hex'));
  return text.length < LEAST_TEXT ? null : Uint8Array.from(scryptSync(Buffer.from(text, 'latin1'), SALT, KEY_BYTES));
}

/** A key for one use, so that what is known of one use tells nothing of another. */
export function keyFor(use: string, key: Uint8Array): Uint8Array {
  return Uint8Array.from(createHmac('sha256', key).update(`netwatch ${use}`).digest());
}
