import { u16 } from '../wire/bytes.ts';
import { checksumOf, sumWords } from './checksums.ts';
import { put16, stop, type Walk } from './walk.ts';

const HEADER = 8;
const REDIRECT = 5;
const ROUTERS = 9;
const QUOTING = new Set([3, 4, REDIRECT, 11, 12]);
const ECHOES = new Set([0, 8]);
const TIMES = new Set([13, 14]);
const TIME_LENGTH = 20;

export function icmp(walk: Walk, at: number, end: number): number {
  if (end - at < HEADER) return stop(walk, end - at < 4 ? at : at + 4, end);
  const { bytes } = walk;
  put16(bytes, at + 2, 0);
  const kept = walk.isQuoted ? stop(walk, at + HEADER, end) : body(walk, bytes[at]!, at, end);
  put16(bytes, at + 2, checksumOf(sumWords(bytes, at, kept)));
  return kept;
}

function body(walk: Walk, type: number, at: number, end: number): number {
  const { bytes, redaction } = walk;
  const after = at + HEADER;
  if (QUOTING.has(type)) {
    if (type === REDIRECT) redaction.ip4(bytes, at + 4);
    return quote(walk, after, end);
  }
  if (ECHOES.has(type)) return stop(walk, after, end);
  if (TIMES.has(type)) return stop(walk, Math.min(end, at + TIME_LENGTH), end);
  if (type === ROUTERS && bytes[at + 5] === 2) {
    const whole = Math.min(bytes[at + 4]!, Math.floor((end - after) / 8));
    for (let index = 0; index < whole; index++) redaction.ip4(bytes, after + 8 * index);
    return stop(walk, after + 8 * whole, end);
  }
  return stop(walk, after - 4, end); // type, code, checksum
}

/** The packet that an error is about. What follows it tells more of it, and is cut. */
export function quote(walk: Walk, at: number, end: number): number {
  const before = walk.isQuoted;
  walk.isQuoted = true;
  const kept = walk.ip(at, end);
  walk.isQuoted = before;
  return stop(walk, kept, end);
}

/** Versions 1 and 2 have one group, version 3 has sources and records of groups. */
export function igmp(walk: Walk, at: number, end: number): number {
  const { bytes, redaction } = walk;
  if (end - at < HEADER) return stop(walk, at, end);
  const type = bytes[at]!;
  put16(bytes, at + 2, 0);
  let kept = at + HEADER;
  if (type === 0x22) {
    const next = records(walk, kept, end, u16(bytes, at + 6), 4);
    kept = next;
  } else if (type === 0x11 || type === 0x12 || type === 0x16 || type === 0x17) {
    redaction.ip4(bytes, at + 4);
    if (type === 0x11 && end - at >= 12) kept = sources(walk, at + 12, end, u16(bytes, at + 10), 4);
  } else kept = at + 4;
  const clean = stop(walk, kept, end);
  put16(bytes, at + 2, checksumOf(sumWords(bytes, at, clean)));
  return clean;
}

/** Addresses of `size` bytes, as many as there are. */
export function sources(walk: Walk, start: number, end: number, count: number, size: 4 | 16): number {
  const { bytes, redaction } = walk;
  let at = start;
  for (let left = count; left > 0 && at + size <= end; left--, at += size) {
    if (size === 4) redaction.ip4(bytes, at);
    else redaction.ip6(bytes, at);
  }
  return at;
}

/** Records of groups: type, length of auxiliary data, number of sources, group, sources. */
export function records(walk: Walk, start: number, end: number, count: number, size: 4 | 16): number {
  const { bytes } = walk;
  let at = start;
  for (let left = count; left > 0 && at + 4 + size <= end; left--) {
    const auxiliary = bytes[at + 1]! * 4;
    const of = u16(bytes, at + 2);
    const after = at + 4 + size + of * size + auxiliary;
    if (after > end) return at;
    sources(walk, at + 4, end, 1 + of, size);
    bytes.fill(0, after - auxiliary, after);
    at = after;
  }
  return at;
}
