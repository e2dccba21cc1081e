import type { Redaction } from './redaction.ts';
import type { TextCache } from './text-cache.ts';

/**
 * A frame that is being redacted, where it lies. Each function of a header gets where it begins and where what
 * holds it ends, replaces what must not be seen, and returns up to where all is clean. Where it cannot tell what follows, it
 * says so with `stop`: the frame is cut there, so what nobody understands is never written. Nothing is written outside of
 * the frame, where others may lie.
 */
export interface Walk {
  readonly redaction: Redaction;
  /** What stands for names of addresses (`4.3.2.1.in-addr.arpa`) as DNS has them, without the zero at their end. */
  readonly arpaNames: TextCache;
  /** What holds the frame. */
  readonly bytes: Uint8Array;
  /** The frame ends where the function that set it stopped. */
  isCut: boolean;
  /** Inside a packet that an ICMP error quotes. */
  isQuoted: boolean;
  /** Headers of IP around this one. */
  depth: number;
  ethernet(at: number, end: number): number;
  byEtherType(type: number, at: number, end: number): number;
  /** An IP header of either version. */
  ip(at: number, end: number): number;
}

/** What the header of IP says of what it carries. */
export interface Carried {
  /** The sum of both addresses, for checksums. */
  readonly pseudo: number;
  /** Its bytes on the wire. */
  readonly reported: number;
  /** Whether it is the first of several fragments. */
  readonly hasMore: boolean;
  readonly isIp4: boolean;
}

/** What follows `at` is not clean. */
export function stop(walk: Walk, at: number, end: number): number {
  if (at < end) walk.isCut = true;
  return at < end ? at : end;
}

export function put16(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 8;
  bytes[at + 1] = value;
}
