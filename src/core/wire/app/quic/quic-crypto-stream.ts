import { u24 } from '../../bytes.ts';
import type { Pieces } from '../../pieces.ts';
import type { HelloPieces } from '../tls/hello-pieces.ts';
import { HANDSHAKE_HEADER, LONGEST_HELLO } from '../tls/tls-record.ts';

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

const OTHER = -1;

/** The CRYPTO frames of one direction, put in their order, and the hellos in them; its bytes wait among the `HelloPieces`. */
export class CryptoStream {
  /** What a side says in Initial packets: a ClientHello or a ServerHello, and another one after a HelloRetryRequest. */
  private readonly type: number;
  /** Where in the stream the pieces begin that wait: behind the hellos that were taken. */
  private base = 0;
  /** Whether pieces may wait. */
  private hasPieces = false;
  /** What was last said of it: whether another hello is awaited. */
  private isAwaited = true;

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
    this.isAwaited = true;
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
      if (known < length && !this.addFrame(payload, at + known, at + length, offset + known, hellos, seconds, take)) {
        return false;
      }
      at += length;
    }
    return this.takeWaiting(hellos, take);
  }

  /** The data of a frame in [start, end), which belongs at `offset`. Most hellos are whole in one, and need no room of their own. */
  private addFrame(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    hellos: HelloPieces,
    seconds: number,
    take: TakeHello,
  ): boolean {
    let at = start;
    if (!this.hasPieces && offset === this.base) {
      at = this.takeHellos(bytes, start, end, take);
      if (at === OTHER) return false;
      this.base += at - start;
    }
    if (at === end) return true;
    this.hasPieces = true;
    hellos.add(this, bytes, at, offset + at - start - this.base, end - at, seconds);
    return true;
  }

  private takeWaiting(hellos: HelloPieces, take: TakeHello): boolean {
    const pieces = this.hasPieces ? hellos.get(this) : undefined;
    if (pieces === undefined) return true;
    const at = this.takeHellos(pieces.bytes, 0, pieces.filled, take);
    if (at === OTHER) return false;
    if (at === 0) return true;
    hellos.drop(this);
    this.base += at;
    this.keepRest(hellos, pieces, at);
    return true;
  }

  /** Takes the hellos that are whole in [start, end). Returns where the last one ended, or OTHER where something else follows. */
  private takeHellos(bytes: Uint8Array, start: number, end: number, take: TakeHello): number {
    let at = start;
    while (this.isAwaited && end - at >= HANDSHAKE_HEADER) {
      if (bytes[at] !== this.type) return OTHER;
      const next = at + HANDSHAKE_HEADER + u24(bytes, at + 1);
      if (next - at > LONGEST_HELLO) return OTHER;
      if (next > end) break;
      this.isAwaited = take(bytes, at + HANDSHAKE_HEADER, next);
      at = next;
    }
    return at;
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
