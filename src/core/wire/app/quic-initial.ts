import { createCipheriv, createDecipheriv } from 'node:crypto';
import { HmacKey, hkdfLabel } from './quic-hkdf.ts';
import type { QuicVersion } from './quic-version.ts';

/** Keys of one direction of Initial packets (RFC 9001, 5.1). */
export interface InitialKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  readonly headerProtection: Uint8Array;
}

const TAG = 16;
const SAMPLE = 16;
/** Bytes from the packet number to the sample that protects the header (RFC 9001, 5.4.2). */
const TO_SAMPLE = 4;

/** What the keys of both sides are made of: the version, and the connection id the client chose first (RFC 9001, 5.2). */
export function initialSecret(version: QuicVersion, connectionId: Uint8Array): Uint8Array {
  return version.salt.sign(connectionId);
}

const CLIENT_LABEL = hkdfLabel('client in', 32);
const SERVER_LABEL = hkdfLabel('server in', 32);

/** The keys of one side. */
export function initialKeys(version: QuicVersion, secret: Uint8Array, side: 'client' | 'server'): InitialKeys {
  const common = new HmacKey(secret);
  const own = new HmacKey(common.sign(side === 'client' ? CLIENT_LABEL : SERVER_LABEL));
  const { key, iv, headerProtection } = version.labels;
  return { key: own.sign(key, 16), iv: own.sign(iv, 12), headerProtection: own.sign(headerProtection, 16) };
}

/**
 * The payload of an Initial packet: header in [start, number), packet number and payload in [number, end). Null when the
 * keys do not fit (RFC 9001, 5.3 and 5.4).
 */
export function decryptInitial(
  keys: InitialKeys,
  bytes: Uint8Array,
  start: number,
  number: number,
  end: number,
): Uint8Array | null {
  if (end - number < TO_SAMPLE + SAMPLE) return null;
  const cipher = createCipheriv('aes-128-ecb', keys.headerProtection, null).setAutoPadding(false);
  const mask = cipher.update(bytes.subarray(number + TO_SAMPLE, number + TO_SAMPLE + SAMPLE));
  const first = bytes[start]! ^ (mask[0]! & 0x0f);
  const length = (first & 3) + 1;
  if (end - number < length + TAG) return null;
  const header = Buffer.from(bytes.subarray(start, number + length));
  header[0] = first;
  const nonce = Buffer.from(keys.iv);
  for (let index = 0; index < length; index++) {
    const at = number - start + index;
    header[at]! ^= mask[1 + index]!;
    nonce[12 - length + index]! ^= header[at]!;
  }
  const decipher = createDecipheriv('aes-128-gcm', keys.key, nonce);
  decipher.setAAD(header);
  decipher.setAuthTag(bytes.subarray(end - TAG, end));
  try {
    const plain = decipher.update(bytes.subarray(number + length, end - TAG));
    decipher.final();
    return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
  } catch {
    return null; // the tag does not fit: other keys, or damage
  }
}
