import { SECRET_LABELS } from '../wire/app/tls/tls-secrets.ts';
import { LONGEST_SECRET, RANDOM } from './secret-table.ts';

/** Takes in a secret: its label as an index of SECRET_LABELS, and bytes that are valid until it returns. */
export type TakeSecret = (label: number, random: Uint8Array, secret: Uint8Array, length: number) => void;

/** Lines that were not taken, by what was wrong with them. */
export interface IgnoredLines {
  /** Labels that no TLS session is decrypted with, and what is no label. */
  unknown: number;
  badHex: number;
  wrongLength: number;
}

const LABELS = SECRET_LABELS.map((label) => Buffer.from(label, 'latin1'));
const MASTER = SECRET_LABELS.indexOf('CLIENT_RANDOM');
const LONGEST_LABEL = Math.max(...LABELS.map(({ length }) => length));
/** A longer line holds no secret. */
const LONGEST_LINE = LONGEST_LABEL + 2 + 2 * (RANDOM + LONGEST_SECRET) + 16;
const SHORTEST_SECRET = 32;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const HASH = 0x23;
const NO_DIGIT = 255;

const DIGITS = new Uint8Array(256).fill(NO_DIGIT);
for (let digit = 0; digit < 16; digit++) {
  const [lower, upper] = [digit.toString(16), digit.toString(16).toUpperCase()];
  DIGITS[lower.charCodeAt(0)] = DIGITS[upper.charCodeAt(0)] = digit;
}

/**
 * Reads text in the NSS key log format (RFC 9850), in pieces of any length: a label, the client's random and a secret on a
 * line, in hexadecimal, between spaces. Empty lines and comments are let pass; what else is no secret is counted.
 */
export class KeyLogLines {
  readonly ignored: IgnoredLines = { unknown: 0, badHex: 0, wrongLength: 0 };
  private readonly take: TakeSecret;
  private readonly random = new Uint8Array(RANDOM);
  private readonly secret = new Uint8Array(LONGEST_SECRET);
  /** A line that goes on in the next piece, and how much there is of it; more than it may have, for one that is too long. */
  private readonly rest = new Uint8Array(LONGEST_LINE + 1);
  private restLength = 0;

  constructor(take: TakeSecret) {
    this.take = take;
  }

  /** Reads the next piece. */
  add(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) {
      const found = bytes.indexOf(LF, at);
      const end = found < 0 ? bytes.length : found;
      if (found >= 0 && this.restLength === 0) this.readLine(bytes, at, end);
      else {
        const room = this.rest.length - this.restLength;
        this.rest.set(bytes.subarray(at, Math.min(end, at + room)), this.restLength);
        this.restLength = Math.min(this.rest.length, this.restLength + end - at);
        if (found >= 0) this.end();
      }
      at = end + 1;
    }
  }

  /** What was read so far ends its last line. */
  end(): void {
    if (this.restLength > 0) this.readLine(this.rest, 0, this.restLength);
    this.restLength = 0;
  }

  private readLine(bytes: Uint8Array, start: number, lineEnd: number): void {
    let at = start;
    let end = lineEnd;
    while (end > at && isBlank(bytes[end - 1]!)) end--;
    if (hasMark(bytes, at)) at += 3;
    while (at < end && isBlank(bytes[at]!)) at++;
    if (at >= end || bytes[at] === HASH) return;
    const { ignored } = this;
    const labelEnd = wordEnd(bytes, at, end);
    const label = labelOf(bytes, at, labelEnd);
    if (label < 0) {
      ignored.unknown++;
      return;
    }
    const randomStart = wordStart(bytes, labelEnd, end);
    const randomEnd = wordEnd(bytes, randomStart, end);
    const secretStart = wordStart(bytes, randomEnd, end);
    const digits = end - secretStart;
    if (randomEnd - randomStart !== 2 * RANDOM || !isLengthOf(label, digits)) ignored.wrongLength++;
    else if (!unhex(bytes, randomStart, randomEnd, this.random) || !unhex(bytes, secretStart, end, this.secret)) {
      ignored.badHex++;
    } else this.take(label, this.random, this.secret, digits / 2);
  }
}

/** A master secret has 48 bytes, others as many as SHA-256 or SHA-384 makes. */
function isLengthOf(label: number, digits: number): boolean {
  return digits === 2 * LONGEST_SECRET || (digits === 2 * SHORTEST_SECRET && label !== MASTER);
}

/** The byte order mark that editors put before UTF-8. */
const hasMark = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;

const isBlank = (byte: number): boolean => byte === SPACE || byte === CR || byte === TAB;

function wordStart(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && isBlank(bytes[at]!)) at++;
  return at;
}

function wordEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && !isBlank(bytes[at]!)) at++;
  return at;
}

function labelOf(bytes: Uint8Array, start: number, end: number): number {
  for (let label = 0; label < LABELS.length; label++) {
    const name = LABELS[label]!;
    if (name.length !== end - start) continue;
    let index = 0;
    while (index < name.length && name[index] === bytes[start + index]) index++;
    if (index === name.length) return label;
  }
  return -1;
}

function unhex(bytes: Uint8Array, start: number, end: number, into: Uint8Array): boolean {
  for (let at = start, index = 0; at < end; at += 2, index++) {
    const high = DIGITS[bytes[at]!]!;
    const low = DIGITS[bytes[at + 1]!]!;
    if (high === NO_DIGIT || low === NO_DIGIT) return false;
    into[index] = (high << 4) | low;
  }
  return true;
}
