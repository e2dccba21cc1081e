import { createCipheriv, createDecipheriv } from 'node:crypto';
import type { QuicVersion } from './quic-version.ts';
import { expandLabel } from './tls-key-derivation.ts';

/** What a cipher suite of TLS 1.3 means for packets (RFC 9001, 5.3 and 5.4). */
interface Suite {
  readonly hash: 'sha256' | 'sha384';
  readonly aead: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly header: 'aes-128-ecb' | 'aes-256-ecb' | 'chacha20';
  readonly keyBytes: number;
}
const SUITES: ReadonlyMap<number, Suite> = new Map([
  [0x1301, { hash: 'sha256', aead: 'aes-128-gcm', header: 'aes-128-ecb', keyBytes: 16 }],
  [0x1302, { hash: 'sha384', aead: 'aes-256-gcm', header: 'aes-256-ecb', keyBytes: 32 }],
  [0x1303, { hash: 'sha256', aead: 'chacha20-poly1305', header: 'chacha20', keyBytes: 32 }],
]);

const TAG = 16;
const SAMPLE = 16;
const IV = 12;
/** Bytes from the packet number to the sample that protects the header (RFC 9001, 5.4.2). */
const TO_SAMPLE = 4;
const LONG = 0x80;
const KEY_PHASE = 4;
/** A payload of nothing but zeros and what a cipher of CHACHA20 makes of it. */
const ZEROS = new Uint8Array(5);

/** Key and IV of one key phase. */
class PhaseKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  private readonly secret: Uint8Array;
  private readonly suite: Suite;
  private readonly prefix: string;

  constructor(suite: Suite, prefix: string, secret: Uint8Array) {
    this.suite = suite;
    this.prefix = prefix;
    this.secret = secret;
    this.key = expandLabel(suite.hash, secret, `${prefix} key`, suite.keyBytes);
    this.iv = expandLabel(suite.hash, secret, `${prefix} iv`, IV);
  }

  /** Those of the phase that follows (RFC 9001, 6.1). */
  next(): PhaseKeys {
    const { hash } = this.suite;
    return new PhaseKeys(
      this.suite,
      this.prefix,
      expandLabel(hash, this.secret, `${this.prefix} ku`, this.secret.length),
    );
  }
}

/** A packet whose protection was removed. */
export interface OpenedPacket {
  /** The payload; a buffer of its own. */
  readonly plain: Uint8Array;
  readonly number: number;
  /** Of 1-RTT packets; 0 for the others. */
  readonly keyPhase: number;
}

/**
 * The keys of one direction at one level of encryption: they open packets, and remember the largest packet number and the
 * key phase.
 */
export class PacketKeys {
  private readonly suite: Suite;
  private readonly headerKey: Uint8Array;
  private current: PhaseKeys;
  private previous: PhaseKeys | null = null;
  /** Made when a packet of another phase comes, and kept, since such packets may be forged. */
  private following: PhaseKeys | null = null;
  private phase = 0;
  private largest = -1;
  private readonly ecb: ReturnType<typeof createCipheriv> | null;

  private constructor(suite: Suite, prefix: string, secret: Uint8Array) {
    this.suite = suite;
    this.current = new PhaseKeys(suite, prefix, secret);
    this.headerKey = expandLabel(suite.hash, secret, `${prefix} hp`, suite.keyBytes);
    this.ecb = suite.header === 'chacha20' ? null : createCipheriv(suite.header, this.headerKey, null);
    this.ecb?.setAutoPadding(false);
  }

  /** Null for a cipher suite that is not known, and for a secret that does not have its length. */
  static of(cipher: number, version: QuicVersion, secret: Uint8Array | null): PacketKeys | null {
    const suite = SUITES.get(cipher);
    if (suite === undefined || secret === null) return null;
    if (secret.length !== (suite.hash === 'sha256' ? 32 : 48)) return null;
    return new PacketKeys(suite, version.prefix, secret);
  }

  /** Numbers go on behind this one: 0-RTT and 1-RTT packets share theirs (RFC 9000, 12.3). */
  continueFrom(number: number): void {
    this.largest = Math.max(this.largest, number);
  }

  /**
   * Opens the packet whose header lies in [start, number), packet number and payload in [number, end). Null when the keys do
   * not fit; what was remembered is as before then.
   */
  open(bytes: Uint8Array, start: number, number: number, end: number): OpenedPacket | null {
    if (end - number < TO_SAMPLE + SAMPLE) return null;
    const mask = this.mask(bytes, number + TO_SAMPLE);
    const isLong = (bytes[start]! & LONG) !== 0;
    const first = bytes[start]! ^ (mask[0]! & (isLong ? 0x0f : 0x1f));
    const length = (first & 3) + 1;
    if (end - number < length + TAG) return null;
    const header = Buffer.from(bytes.subarray(start, number + length));
    header[0] = first;
    let truncated = 0;
    for (let index = 0; index < length; index++) {
      const at = number - start + index;
      header[at]! ^= mask[1 + index]!;
      truncated = truncated * 256 + header[at]!;
    }
    const full = fullNumber(this.largest, truncated, length * 8);
    const phase = isLong ? 0 : (first & KEY_PHASE) >> 2;
    const payload = number + length;
    const plain = isLong ? this.decrypt(this.current, bytes, header, full, payload, end) : null;
    if (plain !== null) {
      this.largest = Math.max(this.largest, full);
      return { plain, number: full, keyPhase: 0 };
    }
    return isLong ? null : this.openPhase(phase, bytes, header, full, payload, end);
  }

  /** RFC 9001, 6.3 and 6.5: a packet of another phase is of the next one, or came late. */
  private openPhase(
    phase: number,
    bytes: Uint8Array,
    header: Uint8Array,
    number: number,
    start: number,
    end: number,
  ): OpenedPacket | null {
    let plain: Uint8Array | null = null;
    if (phase === this.phase) plain = this.decrypt(this.current, bytes, header, number, start, end);
    else {
      if (this.previous !== null && number < this.largest) {
        plain = this.decrypt(this.previous, bytes, header, number, start, end);
      }
      if (plain === null) {
        this.following ??= this.current.next();
        plain = this.decrypt(this.following, bytes, header, number, start, end);
        if (plain !== null) {
          this.previous = this.current;
          this.current = this.following;
          this.following = null;
          this.phase = phase;
        }
      }
    }
    if (plain === null) return null;
    this.largest = Math.max(this.largest, number);
    return { plain, number, keyPhase: phase };
  }

  private decrypt(
    { key, iv }: PhaseKeys,
    bytes: Uint8Array,
    header: Uint8Array,
    number: number,
    start: number,
    end: number,
  ): Uint8Array | null {
    const nonce = Buffer.from(iv);
    for (let at = IV - 1, left = number; left > 0; at--, left = Math.floor(left / 256)) nonce[at]! ^= left % 256;
    // the three have the same methods, and types of their own
    const { aead } = this.suite;
    const decipher =
      aead === 'chacha20-poly1305'
        ? createDecipheriv(aead, key, nonce, { authTagLength: TAG })
        : createDecipheriv(aead, key, nonce);
    decipher.setAAD(header, { plaintextLength: end - TAG - start });
    decipher.setAuthTag(bytes.subarray(end - TAG, end));
    try {
      const plain = decipher.update(bytes.subarray(start, end - TAG));
      decipher.final();
      return new Uint8Array(plain.buffer, plain.byteOffset, plain.length);
    } catch {
      return null; // the tag does not fit: other keys, or damage
    }
  }

  private mask(bytes: Uint8Array, sample: number): Uint8Array {
    const sampled = bytes.subarray(sample, sample + SAMPLE);
    if (this.ecb !== null) return this.ecb.update(sampled);
    return createCipheriv('chacha20', this.headerKey, sampled).update(ZEROS);
  }
}

/** The packet number of which `bits` bits were sent (RFC 9000, A.3). */
export function fullNumber(largest: number, truncated: number, bits: number): number {
  const expected = largest + 1;
  const window = 2 ** bits;
  const candidate = expected - (expected % window) + truncated;
  if (candidate <= expected - window / 2 && candidate < 2 ** 53 - window) return candidate + window;
  if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
  return candidate;
}
