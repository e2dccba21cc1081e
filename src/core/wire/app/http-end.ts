import type { Packet } from '../packet.ts';
import { CONNECT, HEAD, SSTP } from './http-exchange.ts';
import { kindOfLine, NEITHER, NOTIFICATION, REQUEST } from './http-start-line.ts';
import {
  type ChunkWalk,
  chunksEnd,
  colonOf,
  headerField,
  NO_CODING,
  OTHER_CODING,
  transferCoding,
  valueEnd,
} from './message-framing.ts';
import { decimal, lineEnd, nextLine } from './text-line.ts';

// RFC 9112, 6.3.
/** Where the header block that begins at `start` ends: after an empty line, or before a line without a colon. */
export function headerEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = nextLine(bytes, lineEnd(bytes, start, end, false), end); at < end; ) {
    const stop = lineEnd(bytes, at, end, false);
    if (stop !== at && colonOf(bytes, at, stop) < 0 && kindOfLine(bytes, at, stop) === NEITHER) return at;
    const next = nextLine(bytes, stop, end);
    if (stop === at) return next;
    at = next;
  }
  return end;
}

export function bodyEnd(
  packet: Packet,
  start: number,
  body: number,
  kind: number,
  status: number,
  bodiless: boolean,
  walk: ChunkWalk,
): number {
  const { bytes, end } = packet;
  const coding = transferCoding(bytes, start, body);
  if (coding !== NO_CODING) {
    if (coding === OTHER_CODING) return bodiless ? body : end;
    if (bodiless || body >= end) return body;
    // chunks that came before have been walked, and are not there any more
    const from = walk.chunkAt < 0 ? body : Math.min(end, start + walk.chunkAt + walk.chunkLeft);
    const chunks = chunksEnd(bytes, from, end);
    return chunks === body ? end : chunks;
  }
  const length = headerField(bytes, start, body, 'content-length');
  if (length >= 0) {
    const value = decimal(bytes, length, valueEnd(bytes, length, body));
    if (value >= 0) {
      const hasNone = bodiless && (status === 200 || value === 0 || nextBegins(bytes, body, end));
      return hasNone ? body : Math.min(end, body + value);
    }
  }
  if (kind === REQUEST) return body;
  return kind !== NOTIFICATION && bodiless ? body : end;
}

/** Whether another message begins at `at`. */
function nextBegins(bytes: Uint8Array, at: number, end: number): boolean {
  return at < end && kindOfLine(bytes, at, lineEnd(bytes, at, end, false)) !== NEITHER;
}

/** Responses that never have a body (RFC 9112, 6.3). */
export function hasNoBody(method: number, status: number): boolean {
  if (status < 200 || status === 204 || status === 304) return status >= 100;
  if (method === HEAD) return true;
  return status < 300 && (method === CONNECT || method === SSTP);
}
