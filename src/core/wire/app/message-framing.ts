import { NEED_FIN, NEED_SEGMENT, type Packet } from '../packet.ts';
import { beginsWith, decimal, find, lineEnd, nextLine } from './text-line.ts';

// RFC 9112, 6 and 7.1; RFC 3261, 18.3; RFC 7826, 20: a start line, header fields, an empty line, a body.
/** A header block, or the line before a chunk, that has not ended by then is not waited for. */
const LONGEST_HEADER = 64 * 1024;
/** No chunk is longer: what says so is broken. */
const LONGEST_CHUNK = 2 ** 31;
/** Bodies this long of MS-RPCH tunnels never come (MS-RPCH 2.1.2.1.1). */
const TUNNEL_LENGTH = 128 * 1024;
const COMMA = 0x2c;
const SEMICOLON = 0x3b;

/** What the transfer codings of a message say about its end: nothing, by chunks, or with the connection. */
export const NO_CODING = 0;
export const CHUNKED = 1;
export const OTHER_CODING = 2;

/** How far the chunks of a body that arrives in several segments have been walked. */
export interface ChunkWalk {
  /** Where the header block ends and where the walk stands, from the start of the message; -1 before the chunks. */
  bodyAt: number;
  chunkAt: number;
  /** Bytes of the chunk there, its CR LF too, that have not come. */
  chunkLeft: number;
}

/**
 * Asks for what the message at `start` lacks: sets `packet.needed`, and `packet.discardFrom` where the body is not needed,
 * as tshark's desegmentation of such messages does. False, and nothing set, for one that is whole, or has to do as it is.
 */
export function askForRest(
  packet: Packet,
  start: number,
  wantsBody: boolean,
  untilFin: boolean,
  walk: ChunkWalk | null,
): boolean {
  if (!packet.canWait) return false;
  const { bytes, end } = packet;
  if (walk !== null) {
    const resumes = walk.chunkAt >= 0 && packet.offset === 0 && bytes !== packet.payloadBytes;
    if (resumes) return wantsBody && askForChunks(packet, start, walk);
    walk.chunkAt = -1;
    walk.chunkLeft = 0;
  }
  let contentLength = -1;
  let coding = NO_CODING;
  let tunnel = false;
  let at = start;
  for (;;) {
    if (at >= end) return askForHeader(packet, start);
    const stop = lineEnd(bytes, at, end, true);
    if (stop < 0) return askForHeader(packet, start);
    const next = nextLine(bytes, stop, end);
    if (stop === at) {
      at = next;
      break;
    }
    const first = bytes[at]! | 0x20;
    if (wantsBody && (first === 0x63 || first === 0x74)) {
      if (beginsWith(bytes, at, stop, 'content-length:')) {
        const value = decimal(bytes, at + 15, stop);
        if (value >= 0) contentLength = value;
      } else if (beginsWith(bytes, at, stop, 'content-type:')) {
        tunnel = beginsWith(bytes, afterBlanks(bytes, at + 13, stop), stop, 'application/rpc');
      } else if (beginsWith(bytes, at, stop, 'transfer-encoding:')) {
        coding = lastCoding(bytes, at + 18, stop);
      }
    }
    at = next;
  }
  if (!wantsBody) return false;
  if (coding === CHUNKED) {
    const chunks = walk ?? { bodyAt: 0, chunkAt: 0, chunkLeft: 0 };
    chunks.bodyAt = chunks.chunkAt = at - start;
    return askForChunks(packet, start, chunks);
  }
  if (contentLength >= 0 && coding === NO_CODING) {
    if (contentLength >= TUNNEL_LENGTH && (tunnel || beginsWith(bytes, start, end, 'rpc_'))) return false;
    const missing = contentLength - (end - at) - packet.elided;
    return missing > 0 && askForBody(packet, at, missing);
  }
  return untilFin && askForBody(packet, at, NEED_FIN);
}

function askForHeader(packet: Packet, start: number): boolean {
  if (packet.end - start > LONGEST_HEADER) return false;
  packet.needed = NEED_SEGMENT;
  return true;
}

function askForBody(packet: Packet, body: number, missing: number): boolean {
  packet.needed = missing;
  packet.discardFrom = body;
  return true;
}

/** The chunks behind are not needed again: the walk goes on where they began. */
function askForChunk(packet: Packet, start: number, walk: ChunkWalk, at: number): boolean {
  packet.needed = NEED_SEGMENT;
  packet.discardFrom = start + walk.bodyAt;
  packet.discardTo = Math.min(at, packet.end);
  walk.chunkAt = walk.bodyAt;
  return true;
}

/** Walks the chunks that are there, and asks for the next one unless the last is among them. */
function askForChunks(packet: Packet, start: number, walk: ChunkWalk): boolean {
  const { bytes, end } = packet;
  let at = start + walk.chunkAt;
  for (;;) {
    const taken = Math.min(walk.chunkLeft, end - at);
    walk.chunkLeft -= taken;
    at += taken;
    if (at >= end) return askForChunk(packet, start, walk, at);
    const stop = lineEnd(bytes, at, end, true);
    if (stop < 0) return end - at <= LONGEST_HEADER && askForChunk(packet, start, walk, at);
    walk.chunkAt = at - start;
    const size = chunkSize(bytes, at, stop);
    if (size < 0) return false;
    const data = nextLine(bytes, stop, end);
    if (size === 0) {
      const isLast = lineEnd(bytes, data, end, true) >= 0 || end - at > LONGEST_HEADER;
      return !isLast && askForChunk(packet, start, walk, at);
    }
    at = data;
    walk.chunkLeft = size + 2;
  }
}

/** The size in the chunk's first line; -1 for what is no size, or one no chunk has. */
export function chunkSize(bytes: Uint8Array, start: number, stop: number): number {
  let at = afterBlanks(bytes, start, stop);
  if (bytes[at] === 0x2b) at++;
  const first = at;
  let value = 0;
  for (; at < stop && value <= LONGEST_CHUNK; at++) {
    const digit = hexDigit(bytes[at]!);
    if (digit < 0) break;
    value = value * 16 + digit;
  }
  return at === first || value > LONGEST_CHUNK ? -1 : value;
}

/** End of the chunks that begin at `start`; -1 when one goes past `end`. */
export function chunksEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const stop = lineEnd(bytes, at, end, true);
    if (stop <= at) break;
    const data = nextLine(bytes, stop, end);
    const size = Math.min(Math.max(0, chunkSize(bytes, at, stop)), end - at);
    if (chunkSize(bytes, at, stop) < 0 && bytes[at] === 0x2d) return -1;
    if (data + size > end) return -1;
    if (size > 0) {
      at = data + size + 2;
      continue;
    }
    // the last chunk: trailer fields, and an empty line
    at = data;
    for (;;) {
      const field = lineEnd(bytes, at, end, true);
      if (field < 0) return at;
      const empty = field === at;
      at = nextLine(bytes, field, end);
      if (empty) return at;
    }
  }
  return Math.min(at, end);
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function afterBlanks(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  return at;
}

/** Start of the value of the header field `name` (in lower case) in [start, end), which `valueEnd` ends; -1 without it. */
export function headerField(bytes: Uint8Array, start: number, end: number, name: string): number {
  for (let at = start; at < end; ) {
    const stop = lineEnd(bytes, at, end, false);
    if (stop - at > name.length && bytes[at + name.length] === 0x3a && beginsWith(bytes, at, stop, name)) {
      return afterBlanks(bytes, at + name.length + 1, stop);
    }
    at = nextLine(bytes, stop, end);
  }
  return -1;
}

/** End of the value that begins at `value` and goes to the end of its line, without blanks behind it. */
export function valueEnd(bytes: Uint8Array, value: number, end: number): number {
  let last = lineEnd(bytes, value, end, false);
  while (last > value && (bytes[last - 1] === 0x20 || bytes[last - 1] === 0x09)) last--;
  return last;
}

/** Colon of a header line, -1 for a line that is none. */
export function colonOf(bytes: Uint8Array, start: number, stop: number): number {
  return find(bytes, 0x3a, start, stop);
}

/** What the last coding of the list in [start, stop) says, which is the one that counts (RFC 9112, 6.1). */
export function lastCoding(bytes: Uint8Array, start: number, stop: number): number {
  let coding = NO_CODING;
  for (let at = start; at < stop; ) {
    const comma = find(bytes, COMMA, at, stop);
    const end = comma < 0 ? stop : comma;
    const name = afterBlanks(bytes, at, end);
    if (isCoding(bytes, name, end, 'chunked')) coding = CHUNKED;
    else if (isCoding(bytes, name, end, 'identity')) coding = NO_CODING;
    else if (name < end) coding = OTHER_CODING;
    at = end + 1;
  }
  return coding;
}

/** Whether [start, end) is the coding `name`, with parameters or without. */
function isCoding(bytes: Uint8Array, start: number, end: number, name: string): boolean {
  if (!beginsWith(bytes, start, end, name)) return false;
  const after = afterBlanks(bytes, start + name.length, end);
  return after === end || bytes[after] === SEMICOLON;
}
