import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import type { QuicVersion } from './quic-version.ts';

/** Keys of one direction of Initial packets (RFC 9001, 5.1). */
export interface InitialKeys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerProtection: Buffer;
}

const TAG = 16;
const SAMPLE = 16;
/** Bytes from the packet number to the sample that protects the header (RFC 9001, 5.4.2). */
const TO_SAMPLE = 4;

/** What the keys of both sides are made of: the version, and the connection id the client chose first (RFC 9001, 5.2). */
export function initialSecret(version: QuicVersion, connectionId: Uint8Array): Buffer {
  return createHmac('sha256', version.salt).update(connectionId).digest();
}

/** The keys of one side; made only for a side whose packets are there, for each costs four HMACs of 10 µs. */
export function initialKeys(version: QuicVersion, secret: Buffer, side: 'client' | 'server'): InitialKeys {
  return keysOf(expand(secret, `${side} in`, 32), version.label);
}

function keysOf(secret: Buffer, label: string): InitialKeys {
  return {
    key: expand(secret, `${label}key`, 16),
    iv: expand(secret, `${label}iv`, 12),
    headerProtection: expand(secret, `${label}hp`, 16),
  };
}

/** HKDF-Expand-Label with an empty context (RFC 8446, 7.1); one block of SHA-256 is enough for every length here. */
function expand(secret: Buffer, label: string, length: number): Buffer {
  const name = `tls13 ${label}`;
  const info = Buffer.from([0, length, name.length, ...Buffer.from(name), 0, 1]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
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
