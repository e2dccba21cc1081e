import { createDecipheriv, createHmac } from 'node:crypto';
import { mixNumber, NONCE, openAead } from '../aead.ts';
import { RECORD } from './tls-record.ts';
import type { AeadSuite, CbcSuite } from './tls-suites.ts';

/** Reads the records of one side under one key. */
export interface RecordCipher {
  /** What the record with this sequence number, header and all in [at, end), holds; null when it is not authentic. */
  open(sequence: number, bytes: Uint8Array, at: number, end: number): Uint8Array | null;
}

/** The part of a nonce that a record carries (RFC 5288, 3). */
const EXPLICIT = 8;
const AES_BLOCK = 16;
const TLS_1_0 = 0x0301;

/** AEAD: of TLS 1.3, whose header is what is authenticated beside the data, or of TLS 1.2. */
export class AeadCipher implements RecordCipher {
  private readonly suite: AeadSuite;
  private readonly key: Uint8Array;
  private readonly iv: Uint8Array;
  private readonly isTls13: boolean;
  private readonly nonce = new Uint8Array(NONCE);
  private readonly header = new Uint8Array(EXPLICIT + RECORD);

  constructor(suite: AeadSuite, key: Uint8Array, iv: Uint8Array, isTls13: boolean) {
    this.suite = suite;
    this.key = key;
    this.iv = iv;
    this.isTls13 = isTls13;
  }

  open(sequence: number, bytes: Uint8Array, at: number, end: number): Uint8Array | null {
    const { tagLength, kind } = this.suite;
    const explicit = this.isTls13 || kind === 'chacha20' ? 0 : EXPLICIT;
    const start = at + RECORD + explicit;
    const dataEnd = end - tagLength;
    if (dataEnd < start) return null;
    const { nonce, iv } = this;
    nonce.set(iv);
    if (explicit > 0) nonce.set(bytes.subarray(at + RECORD, start), NONCE - EXPLICIT);
    else mixNumber(nonce, sequence);
    const header = this.isTls13
      ? bytes.subarray(at, at + RECORD)
      : pseudoHeader(this.header, sequence, bytes, at, dataEnd - start);
    return openAead(this.suite, this.key, nonce, header, bytes, start, end);
  }
}

/** CBC of TLS 1.2 and older: a code over the data and then the padding, or the code last (RFC 7366). */
export class CbcCipher implements RecordCipher {
  private readonly suite: CbcSuite;
  private readonly key: Uint8Array;
  private readonly macKey: Uint8Array;
  private readonly version: number;
  private readonly macIsLast: boolean;
  /** TLS 1.0: the last block of the record before, at first from the keys. */
  private iv: Uint8Array;
  private readonly header = new Uint8Array(EXPLICIT + RECORD);

  constructor(
    suite: CbcSuite,
    key: Uint8Array,
    macKey: Uint8Array,
    iv: Uint8Array,
    version: number,
    macIsLast: boolean,
  ) {
    this.suite = suite;
    this.key = key;
    this.macKey = macKey;
    this.iv = iv;
    this.version = version;
    this.macIsLast = macIsLast;
  }

  open(sequence: number, bytes: Uint8Array, at: number, end: number): Uint8Array | null {
    const isChained = this.version <= TLS_1_0;
    const from = at + RECORD;
    const codeLength = this.macKey.length;
    const encryptedEnd = this.macIsLast ? end - codeLength : end;
    const start = isChained ? from : from + AES_BLOCK;
    if (encryptedEnd <= start || (encryptedEnd - start) % AES_BLOCK !== 0) return null;
    const iv = isChained ? this.iv : bytes.subarray(from, start);
    if (isChained) this.iv = bytes.slice(encryptedEnd - AES_BLOCK, encryptedEnd);
    if (
      this.macIsLast &&
      !this.isAuthentic(sequence, bytes, at, bytes.subarray(from, encryptedEnd), bytes, encryptedEnd)
    )
      return null;
    const decipher = createDecipheriv(this.suite.cipher, this.key, iv).setAutoPadding(false);
    const data = decipher.update(bytes.subarray(start, encryptedEnd));
    const padding = data[data.length - 1]! + 1;
    const dataEnd = data.length - padding - (this.macIsLast ? 0 : codeLength);
    if (dataEnd < 0) return null;
    const content = data.subarray(0, dataEnd);
    if (!this.macIsLast && !this.isAuthentic(sequence, bytes, at, content, data, dataEnd)) return null;
    return content;
  }

  private isAuthentic(
    sequence: number,
    record: Uint8Array,
    at: number,
    what: Uint8Array,
    bytes: Uint8Array,
    codeAt: number,
  ): boolean {
    const mac = createHmac(this.suite.mac, this.macKey);
    const code = mac
      .update(pseudoHeader(this.header, sequence, record, at, what.length))
      .update(what)
      .digest();
    return code.compare(bytes, codeAt, codeAt + code.length) === 0;
  }
}

/** RFC 5246, 6.2.3.1: sequence number, then the header as it would be without encryption. */
function pseudoHeader(into: Uint8Array, sequence: number, bytes: Uint8Array, at: number, length: number): Uint8Array {
  for (let index = EXPLICIT - 1, left = sequence; index >= 0; index--) {
    into[index] = left % 256;
    left = Math.floor(left / 256);
  }
  into[EXPLICIT] = bytes[at]!;
  into[EXPLICIT + 1] = bytes[at + 1]!;
  into[EXPLICIT + 2] = bytes[at + 2]!;
  into[EXPLICIT + 3] = length >> 8;
  into[EXPLICIT + 4] = length;
  return into;
}
