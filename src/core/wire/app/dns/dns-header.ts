import { u16 } from '../../bytes.ts';
import { afterName } from './dns-name.ts';

// RFC 1035, 4.1.1: id (2), flags (2), counts of questions, answers, authorities and additional records (2 each).
export const DNS_HEADER = 12;
export const FLAGS = 2;
export const QUESTIONS = 4;
export const ANSWERS = 6;
const AUTHORITIES = 8;
const ADDITIONAL = 10;
export const RESPONSE = 0x8000;
/** Behind the name of a record: type (2), class (2), time to live (4), length of the data (2). */
export const RECORD_HEADER = 10;
const OPT = 41;

export const isDnsResponse = (bytes: Uint8Array, start: number): boolean =>
  (u16(bytes, start + FLAGS) & RESPONSE) !== 0;

/**
 * The response code of the message in [start, end): four bits of its header, and above them the eight of its OPT record
 * (RFC 6891, 6.1.3), as far as that was captured. Builds nothing; the way to OPT is walked only for the low bits `of`.
 */
export function isDnsRcode(bytes: Uint8Array, start: number, end: number, of: number): boolean {
  return (u16(bytes, start + FLAGS) & 15) === (of & 15) && readRcode(bytes, start, end) === of;
}

/** All twelve bits, builds nothing either. */
export function readRcode(bytes: Uint8Array, start: number, end: number): number {
  const low = u16(bytes, start + FLAGS) & 15;
  const additional = u16(bytes, start + ADDITIONAL);
  if (additional === 0) return low;
  let at = start + DNS_HEADER;
  for (let left = u16(bytes, start + QUESTIONS); left > 0; left--) {
    at = afterName(bytes, at, end);
    if (at < 0) return low;
    at += 4;
  }
  const before = u16(bytes, start + ANSWERS) + u16(bytes, start + AUTHORITIES);
  for (let index = 0; index < before + additional; index++) {
    at = afterName(bytes, at, end);
    if (at < 0 || at + RECORD_HEADER > end) return low;
    if (index >= before && u16(bytes, at) === OPT) return (bytes[at + 4]! << 4) | low;
    at += RECORD_HEADER + u16(bytes, at + 8);
  }
  return low;
}
