import { u24 } from '../bytes.ts';
import type { Pieces } from '../pieces.ts';
import type { HelloPieces } from './hello-pieces.ts';
import { HANDSHAKE_HEADER, LONGEST_HELLO } from './tls-record.ts';

const MOST_FRAMES = 4096;

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

/** Called for each hello: its bytes, and where its body lies; says whether another one is awaited. */
export type TakeHello = (bytes: Uint8Array, start: number, end: number) => boolean;

/** The CRYPTO frames of one direction, put in their order, and the hellos in them; its bytes wait among the `HelloPieces`. */
export class CryptoStream {
  /** What a side says in Initial packets: a ClientHello or a ServerHello, and another one after a HelloRetryRequest. */
  private readonly type: number;
  /** Where in the stream the pieces begin that wait: behind the hellos that were taken. */
  private base = 0;

  constructor(type: number) {
    this.type = type;
  }

  /**
   * Takes the CRYPTO frames, which have the type `crypto`, out of a decrypted payload (RFC 9000, 19). False when the stream
   * carries something else than hellos.
   */
  addFrames(payload: Uint8Array, crypto: number, hellos: HelloPieces, seconds: number, take: TakeHello): boolean {
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
        if (at < 0) break;
        continue;
      }
      if (type !== crypto) break; // nothing else of interest is allowed in an Initial packet
      const offset = readVarint(payload, at, end);
      if (offset < 0) break;
      at = afterVarint(payload, at);
      const length = readVarint(payload, at, end);
      if (length < 0) break;
      at = afterVarint(payload, at);
      if (at + length > end) break;
      const known = Math.min(length, Math.max(0, this.base - offset));
      if (known < length) {
        hellos.add(this, payload, at + known, offset + known - this.base, length - known, seconds);
      }
      at += length;
    }
    return this.takeHellos(hellos, take);
  }

  private takeHellos(hellos: HelloPieces, take: TakeHello): boolean {
    const pieces = hellos.get(this);
    if (pieces === undefined) return true;
    const { bytes, filled } = pieces;
    let at = 0;
    for (let isAwaited = true; isAwaited && filled - at >= HANDSHAKE_HEADER; ) {
      if (bytes[at] !== this.type) return false;
      const next = at + HANDSHAKE_HEADER + u24(bytes, at + 1);
      if (next - at > LONGEST_HELLO) return false;
      if (next > filled) break;
      isAwaited = take(bytes, at + HANDSHAKE_HEADER, next);
      at = next;
    }
    if (at === 0) return true;
    hellos.drop(this);
    this.base += at;
    this.keepRest(hellos, pieces, at);
    return true;
  }

  /** What stands behind the hellos that were taken, `from` in the pieces, waits on. */
  private keepRest(hellos: HelloPieces, { bytes, places, since }: Pieces, from: number): void {
    for (let index = 0; index < places.length; index += 2) {
      const start = Math.max(from, places[index]!);
      const length = places[index + 1]! - start;
      if (length > 0) hellos.add(this, bytes, start, start - from, length, since);
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
