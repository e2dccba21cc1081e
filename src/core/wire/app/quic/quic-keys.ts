import { createCipheriv } from 'node:crypto';
import { mixNumber, NONCE, openAead } from '../aead.ts';
import { expandLabel } from '../tls/tls-key-derivation.ts';
import { type AeadSuite, isOfTls13, suiteOf } from '../tls/tls-suites.ts';
import type { QuicVersion } from './quic-version.ts';

const TAG = 16;
const SAMPLE = 16;
/** Room for the header of a packet whose ids are not too long. */
const HEADER = 64;
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
  private readonly suite: AeadSuite;
  private readonly prefix: string;

  constructor(suite: AeadSuite, prefix: string, secret: Uint8Array) {
    this.suite = suite;
    this.prefix = prefix;
    this.secret = secret;
    this.key = expandLabel(suite.hash, secret, `${prefix} key`, suite.keyLength);
    this.iv = expandLabel(suite.hash, secret, `${prefix} iv`, NONCE);
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
  private readonly suite: AeadSuite;
  private readonly headerKey: Uint8Array;
  private current: PhaseKeys;
  private previous: PhaseKeys | null = null;
  /** Made when a packet of another phase comes, and kept, since such packets may be forged. */
  private following: PhaseKeys | null = null;
  private phase = 0;
  private largest = -1;
  /** Kept open: it makes each mask by itself. Null with ChaCha20, which takes an object for each. */
  private readonly ecb: ReturnType<typeof createCipheriv> | null;
  private readonly nonce = new Uint8Array(NONCE);
  private readonly header = new Uint8Array(HEADER);

  private constructor(suite: AeadSuite, prefix: string, secret: Uint8Array) {
    this.suite = suite;
    this.current = new PhaseKeys(suite, prefix, secret);
    this.headerKey = expandLabel(suite.hash, secret, `${prefix} hp`, suite.keyLength);
    const isAes = suite.kind === 'gcm';
    this.ecb = isAes ? createCipheriv(suite.cipher.replace('gcm', 'ecb'), this.headerKey, null) : null;
    this.ecb?.setAutoPadding(false);
  }

  /** Null for a cipher suite that is not known, and for a secret that does not have its length. */
  static of(cipher: number, version: QuicVersion, secret: Uint8Array | null): PacketKeys | null {
    const suite = isOfTls13(cipher) ? suiteOf(cipher) : undefined;
    if (suite === undefined || suite.kind === 'cbc' || suite.kind === 'ccm' || secret === null) return null;
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
    const header = this.headerOf(bytes, start, number + length);
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
    this.nonce.set(iv);
    mixNumber(this.nonce, number);
    return openAead(this.suite, key, this.nonce, header, bytes, start, end);
  }

  /** A copy of [start, end), which lasts until the next one. */
  private headerOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    const header = length <= HEADER ? this.header.subarray(0, length) : new Uint8Array(length);
    for (let index = 0; index < length; index++) header[index] = bytes[start + index]!;
    return header;
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
