import {
  type CipherCCMTypes,
  type CipherChaCha20Poly1305Types,
  type CipherGCMTypes,
  createDecipheriv,
} from 'node:crypto';

/** An AEAD of TLS records and QUIC packets. */
export interface Aead {
  readonly kind: 'gcm' | 'ccm' | 'chacha20';
  /** Name in node:crypto. */
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'aes-128-ccm' | 'aes-256-ccm' | 'chacha20-poly1305';
  /** Bytes of the tag that follows the data: 8 for suites named CCM_8. */
  readonly tagLength: number;
}

/** Bytes of the nonce, and of the IV that it is made of. */
export const NONCE = 12;

/**
 * What is encrypted in [start, end) of `bytes`, the tag last: a buffer of its own, null when it is not authentic.
 *
 * node:crypto takes an object for every call. Bare, without a line of ours, that is 5.2 µs for a QUIC packet of 1,200 bytes
 * with AES-128-GCM and 21 µs for a record of 16 KiB (Node 20, one core of a server): 230 and 770 MB/s are what can be had.
 */
export function openAead(
  { kind, cipher, tagLength }: Aead,
  key: Uint8Array,
  nonce: Uint8Array,
  header: Uint8Array,
  bytes: Uint8Array,
  start: number,
  end: number,
): Uint8Array | null {
  const dataEnd = end - tagLength;
  if (dataEnd < start) return null;
  const options = { authTagLength: tagLength };
  try {
    // the three have the same methods, and types of their own
    const decipher =
      kind === 'gcm'
        ? createDecipheriv(cipher as CipherGCMTypes, key, nonce, options)
        : kind === 'ccm'
          ? createDecipheriv(cipher as CipherCCMTypes, key, nonce, options)
          : createDecipheriv(cipher as CipherChaCha20Poly1305Types, key, nonce, options);
    decipher.setAuthTag(bytes.subarray(dataEnd, end));
    decipher.setAAD(header, { plaintextLength: dataEnd - start });
    const data = decipher.update(bytes.subarray(start, dataEnd));
    decipher.final();
    return new Uint8Array(data.buffer, data.byteOffset, data.length);
  } catch {
    return null; // the tag does not fit: other keys, or damage
  }
}

/** RFC 8446, 5.3; RFC 9001, 5.3: the number of a record or packet, padded on the left, changes the IV. */
export function mixNumber(nonce: Uint8Array, number: number): void {
  for (let index = NONCE - 1, left = number; left > 0; index--) {
    nonce[index]! ^= left % 256;
    left = Math.floor(left / 256);
  }
}
