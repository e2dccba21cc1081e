import { u24 } from '../bytes.ts';
import { CLIENT_HELLO, SERVER_HELLO } from './tls-record.ts';

/** Longest handshake that is put together, and pieces of it that may wait for others. */
const LONGEST = 65_536;
const MOST_PIECES = 256;
const MOST_FRAMES = 4096;

/** Room for the usual hello. */
const FIRST_CAPACITY = 2048;
const NOTHING = new Uint8Array(0);

/** The offset behind the variable-length integer at `offset`, which `readVarint` reads. */
export const afterVarint = (bytes: Uint8Array, offset: number): number => offset + (1 << (bytes[offset]! >> 6));

/** A variable-length integer (RFC 9000, 16); -1 when it does not fit before `end`. */
export function readVarint(bytes: Uint8Array, offset: number, end: number): number {
  if (offset >= end) return -1;
  const after = afterVarint(bytes, offset);
  if (after > end) return -1;
  let value = bytes[offset]! & 0x3f;
  for (let at = offset + 1; at < after; at++) value = value * 256 + bytes[at]!;
  return value;
}

/** The CRYPTO frames of one direction, put in their order. */
export class CryptoStream {
  bytes = NOTHING;
  /** Bytes without a gap from the start. */
  filled = 0;
  private pieces: [number, number][] = [];

  /** Takes the CRYPTO frames, which have the type `crypto`, out of a decrypted payload (RFC 9000, 19). */
  addFrames(payload: Uint8Array, crypto: number): void {
    const end = payload.length;
    let at = 0;
    for (let frames = 0; at < end && frames < MOST_FRAMES; frames++) {
      const type = payload[at]!;
      if (type === 0) {
        while (at < end && payload[at] === 0) at++; // padding
        continue;
      }
      at++;
      if (type === 1) continue; // ping
      if (type === 2 || type === 3) {
        at = afterAck(payload, at, end, type === 3);
        if (at < 0) return;
        continue;
      }
      if (type !== crypto) return; // nothing else of interest is allowed in an Initial packet
      const offset = readVarint(payload, at, end);
      if (offset < 0) return;
      at = afterVarint(payload, at);
      const length = readVarint(payload, at, end);
      if (length < 0) return;
      at = afterVarint(payload, at);
      if (at + length > end) return;
      this.add(payload, at, offset, length);
      at += length;
    }
  }

  /** Whether the first message is whole; its body is [4, 4 + length). */
  helloLength(): number {
    if (this.filled < 4) return -1;
    const type = this.bytes[0];
    if (type !== CLIENT_HELLO && type !== SERVER_HELLO) return -1;
    const length = u24(this.bytes, 1);
    return this.filled >= 4 + length ? length : -1;
  }

  private add(from: Uint8Array, at: number, offset: number, length: number): void {
    const end = offset + length;
    if (end > LONGEST || this.pieces.length >= MOST_PIECES) return;
    if (end > this.bytes.length) {
      const larger = new Uint8Array(Math.min(LONGEST, Math.max(end, FIRST_CAPACITY, this.bytes.length * 2)));
      larger.set(this.bytes);
      this.bytes = larger;
    }
    this.bytes.set(from.subarray(at, at + length), offset);
    if (offset <= this.filled && this.pieces.length === 0) {
      this.filled = Math.max(this.filled, end);
      return;
    }
    this.pieces.push([offset, end]);
    for (let joined = true; joined; ) {
      joined = false;
      this.pieces = this.pieces.filter(([start, stop]) => {
        if (start > this.filled) return true;
        if (stop > this.filled) this.filled = stop;
        joined = true;
        return false;
      });
    }
  }
}

function afterAck(bytes: Uint8Array, offset: number, end: number, withCounts: boolean): number {
  let at = offset;
  const next = (): number => {
    const value = readVarint(bytes, at, end);
    at = value < 0 ? -1 : afterVarint(bytes, at);
    return value;
  };
  if (next() < 0 || next() < 0) return -1; // largest, delay
  const ranges = next();
  if (ranges < 0 || next() < 0) return -1; // first range
  for (let index = 0; index < 2 * ranges; index++) if (next() < 0) return -1;
  for (let index = 0; withCounts && index < 3; index++) if (next() < 0) return -1;
  return at;
}
