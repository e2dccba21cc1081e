import type { Packet } from '../../packet.ts';
import { beginsWith, lineEnd } from '../text-line.ts';
import { kindOfLine, NEITHER, RESPONSE, tokenEnd } from './http-start-line.ts';

const CR = 0x0d;
const LF = 0x0a;
const SPACE = 0x20;
const C = 0x63;
const H = 0x68;

/**
 * Whether a connection of HTTP may become one of something else by this segment: a request for a tunnel, or for HTTP/2 in clear,
 * begins in it. Responses say so only where they were asked.
 */
export function mayLeaveHttp({ bytes, offset, end }: Packet): boolean {
  const start = bytes[offset] === CR && bytes[offset + 1] === LF ? offset + 2 : offset;
  const word = tokenEnd(bytes, start, end);
  if (word === start || word === end || bytes[word] !== SPACE) return false;
  if (beginsWith(bytes, start, end, 'connect ')) return true;
  const stop = lineEnd(bytes, start, end, false);
  const kind = kindOfLine(bytes, start, stop);
  if (kind === NEITHER || kind === RESPONSE) return false;
  for (let at = stop; at < end; at++) {
    const lower = bytes[at]! | 0x20;
    if (lower === C && beginsWith(bytes, at, end, 'connect ')) return true; // behind other requests
    if (lower === H && beginsWith(bytes, at, end, 'h2c')) return true;
  }
  return false;
}
