import type { Packet } from '../../packet.ts';
import { type ChunkWalk, chunksEnd, colonOf, lastCoding, NO_CODING, OTHER_CODING } from '../message-framing.ts';
import { beginsWith, decimal, lineEnd, nextLine } from '../text-line.ts';
import { CONNECT, HEAD, SSTP } from './http-exchange.ts';
import { kindOfLine, NEITHER, NOTIFICATION, REQUEST } from './http-start-line.ts';

// RFC 9112, 6.3.
const CONTENT_LENGTH = 'content-length:';
const TRANSFER_ENCODING = 'transfer-encoding:';

/** What a header block says about the end of its message. */
export interface HttpHead {
  /** Where the block ends: after an empty line, or before a line without a colon. */
  end: number;
  /** What the last Transfer-Encoding says. */
  coding: number;
  /** What the first Content-Length says; -1 without one, and for one that is no number. */
  length: number;
}
const head: HttpHead = { end: 0, coding: NO_CODING, length: -1 };

/** Reads the header block that begins at `start`, line by line; what is returned lasts until the next one. */
export function readHead(bytes: Uint8Array, start: number, end: number): HttpHead {
  head.end = end;
  head.coding = NO_CODING;
  head.length = -1;
  let hasLength = false;
  for (let at = nextLine(bytes, lineEnd(bytes, start, end, false), end); at < end; ) {
    const stop = lineEnd(bytes, at, end, false);
    if (stop !== at && colonOf(bytes, at, stop) < 0 && kindOfLine(bytes, at, stop) === NEITHER) {
      head.end = at;
      break;
    }
    const next = nextLine(bytes, stop, end);
    if (stop === at) {
      head.end = next;
      break;
    }
    const first = bytes[at]! | 0x20;
    if (first === 0x63 && !hasLength && beginsWith(bytes, at, stop, CONTENT_LENGTH)) {
      hasLength = true;
      head.length = decimal(bytes, at + CONTENT_LENGTH.length, stop);
    } else if (first === 0x74 && beginsWith(bytes, at, stop, TRANSFER_ENCODING)) {
      head.coding = lastCoding(bytes, at + TRANSFER_ENCODING.length, stop);
    }
    at = next;
  }
  return head;
}

export function bodyEnd(
  packet: Packet,
  start: number,
  { end: body, coding, length }: HttpHead,
  kind: number,
  status: number,
  bodiless: boolean,
  walk: ChunkWalk,
): number {
  const { bytes, end } = packet;
  if (coding !== NO_CODING) {
    if (coding === OTHER_CODING) return bodiless ? body : end;
    if (bodiless || body >= end) return body;
    // chunks that came before have been walked, and are not there any more
    const from = walk.chunkAt < 0 ? body : Math.min(end, start + walk.chunkAt + walk.chunkLeft);
    const chunks = chunksEnd(bytes, from, end);
    return chunks === body ? end : chunks;
  }
  if (length >= 0) {
    const hasNone = bodiless && (status === 200 || length === 0 || nextBegins(bytes, body, end));
    return hasNone ? body : Math.min(end, body + length);
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
