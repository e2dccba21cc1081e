import { afterVarint, readVarint } from './quic-crypto-stream.ts';

// RFC 9114, 6.2 and 7.2; RFC 9204, 4.2.
export const DATA = 0;
export const HEADERS = 1;
export const SETTINGS = 4;
export const CONTROL_STREAM = 0;
export const ENCODER_STREAM = 2;
const QPACK_MAX_TABLE_CAPACITY = 1;
const MOST_FRAMES = 64;
const MOST_SETTINGS = 64;

/** A stream that only one side sends on has a type (RFC 9114, 6.2). */
export const isUnidirectional = (id: number): boolean => (id & 2) !== 0;

/**
 * The frames that are whole in bytes where one begins, how many bytes they take, and how many more the next one wants:
 * UNKNOWN when not even its length is there.
 */
export interface WholeFrames {
  readonly types: readonly number[];
  readonly length: number;
  readonly missing: number;
}

export const UNKNOWN = -1;

/** At most 64 frames. */
export function wholeFrames(bytes: Uint8Array, start: number, end: number): WholeFrames {
  const types: number[] = [];
  let at = start;
  while (at < end) {
    if (types.length === MOST_FRAMES) return { types, length: end - start, missing: 0 };
    const type = readVarint(bytes, at, end);
    const length = type < 0 ? -1 : readVarint(bytes, afterVarint(bytes, at), end);
    if (length < 0) return { types, length: at - start, missing: UNKNOWN };
    const next = afterVarint(bytes, afterVarint(bytes, at)) + length;
    if (next > end) return { types, length: at - start, missing: next - end };
    types.push(type);
    at = next;
  }
  return { types, length: at - start, missing: 0 };
}

/** The size of table that the settings in [start, end) allow the peer; 0 unless they say (RFC 9204, 5). */
export function tableCapacity(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  for (let count = 0; at < end && count < MOST_SETTINGS; count++) {
    const id = readVarint(bytes, at, end);
    if (id < 0) return 0;
    at = afterVarint(bytes, at);
    const value = readVarint(bytes, at, end);
    if (value < 0) return 0;
    if (id === QPACK_MAX_TABLE_CAPACITY) return value;
    at = afterVarint(bytes, at);
  }
  return 0;
}
