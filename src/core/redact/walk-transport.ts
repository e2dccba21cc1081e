import { u16 } from '../wire/bytes.ts';
import { checksumOf, crc32c, sumWords } from './checksums.ts';
import { type Carried, put16, stop, type Walk } from './walk.ts';
import { icmp, igmp } from './walk-icmp.ts';
import { icmp6 } from './walk-icmp6.ts';
import { datagram, segment } from './walk-payload.ts';
import { gre, isTunnel, tunnel } from './walk-tunnels.ts';

const ICMP = 1;
const IGMP = 2;
const IP4 = 4;
const TCP = 6;
const UDP = 17;
const IP6 = 41;
const GRE = 47;
const ESP = 50;
const AUTHENTICATION = 51;
const ICMP6 = 58;
const NOTHING = 59;
const ETHERIP = 97;
const SCTP = 132;
const MPLS = 137;

/** Options of TCP that say nothing of anybody: size, scale, selective acknowledgements, time stamps. */
const KEPT_OPTIONS = (1 << 2) | (1 << 3) | (1 << 4) | (1 << 5) | (1 << 8);
const NOP = 1;

export function transport(walk: Walk, protocol: number, at: number, end: number, carried: Carried): number {
  switch (protocol) {
    case TCP:
      return tcp(walk, at, end, carried);
    case UDP:
      return udp(walk, at, end, carried);
    case ICMP:
      return icmp(walk, at, end);
    case ICMP6:
      return carried.hasMore ? stop(walk, at, end) : icmp6(walk, at, end, carried);
    case SCTP:
      return sctp(walk, at, end, carried);
    case ESP:
      return stop(walk, Math.min(end, at + 8), end); // index and number
    case NOTHING:
      return at;
  }
  // what carries other packets
  switch (protocol) {
    case IP4:
    case IP6:
      return walk.ip(at, end);
    case GRE:
      return gre(walk, at, end);
  }
  if (carried.hasMore) return stop(walk, at, end);
  switch (protocol) {
    case IGMP:
      return igmp(walk, at, end);
    case AUTHENTICATION:
      return authentication(walk, at, end, carried);
    case ETHERIP:
      return end - at < 2 ? stop(walk, at, end) : walk.ethernet(at + 2, end);
    case MPLS:
      return walk.byEtherType(0x8847, at, end);
    default:
      return stop(walk, at, end);
  }
}

/** What is filled up with zeros where it is in fragments; checksums of others need the length of all of them. */
const FILLED = new Set([ICMP, IP4, UDP, IP6, GRE]);

/**
 * A fragment of a packet of IP, with zeros in place of what cannot stay, so that the fragments can be put together and the
 * headers in the first one be seen; checksums there are right for that. Of other protocols they are cut.
 */
export function fragment(walk: Walk, protocol: number, at: number, end: number, first: Carried | null): number {
  const kept = first === null ? stop(walk, at, end) : transport(walk, protocol, at, end, first);
  if (!walk.isCut || walk.isQuoted || !FILLED.has(protocol)) return kept;
  walk.bytes.fill(0, kept, end);
  walk.isCut = false;
  return end;
}

function tcp(walk: Walk, at: number, end: number, carried: Carried): number {
  const { bytes } = walk;
  const there = end - at;
  if (there < 20) return stop(walk, partOf(at, there), end);
  const header = (bytes[at + 12]! >>> 4) * 4;
  const isWhole = header >= 20 && header <= there;
  const after = isWhole ? at + header : at + 20;
  if (isWhole) clearOptions(bytes, at + 20, after);
  put16(bytes, at + 16, 0);
  const isReadable = isWhole && !walk.isQuoted && !carried.hasMore;
  const kept = isReadable ? segment(walk, after, end, u16(bytes, at), u16(bytes, at + 2)) : stop(walk, after, end);
  put16(bytes, at + 16, checksumOf(carried.pseudo + TCP + carried.reported + sumWords(bytes, at, kept)));
  return kept;
}

/** Of a header that is not whole, ports and what follows them up to eight bytes; an ICMP error holds no more. */
const partOf = (at: number, there: number): number => (there >= 8 ? at + 8 : there >= 4 ? at + 4 : at);

function clearOptions(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const kind = bytes[at]!;
    if (kind === 0) {
      bytes.fill(0, at, end);
      return;
    }
    if (kind === NOP) {
      at++;
      continue;
    }
    const length = at + 1 < end ? bytes[at + 1]! : 0;
    const next = length < 2 || at + length > end ? end : at + length;
    if (next - at !== length || !isKept(kind) || !fits(kind, length)) bytes.fill(NOP, at, next);
    at = next;
  }
}

const isKept = (kind: number): boolean => kind < 32 && ((KEPT_OPTIONS >>> kind) & 1) === 1;

/** Whether an option of this kind may be as long. */
function fits(kind: number, length: number): boolean {
  if (kind === 5) return (length - 2) % 8 === 0;
  return length === (kind === 2 ? 4 : kind === 3 ? 3 : kind === 4 ? 2 : 10);
}

function udp(walk: Walk, at: number, end: number, carried: Carried): number {
  const { bytes } = walk;
  const there = end - at;
  if (there < 8) return stop(walk, partOf(at, there), end);
  const length = u16(bytes, at + 4);
  const isWhole = length >= 8 || length === 0;
  const last = length === 0 ? end : Math.min(end, at + Math.max(length, 8));
  const had = u16(bytes, at + 6);
  put16(bytes, at + 6, 0);
  const from = u16(bytes, at);
  const to = u16(bytes, at + 2);
  const after = at + 8;
  let kept: number;
  if (walk.isQuoted || !isWhole) kept = stop(walk, after, last);
  else if (isTunnel(from, to)) kept = tunnel(walk, after, last, from, to);
  else kept = carried.hasMore ? stop(walk, after, last) : datagram(walk, after, last, from, to);
  if (had !== 0 || !carried.isIp4) {
    const reported = length === 0 ? carried.reported : length;
    const sum = checksumOf(carried.pseudo + UDP + reported + sumWords(bytes, at, kept));
    put16(bytes, at + 6, sum === 0 ? 0xffff : sum);
  }
  return kept;
}

function authentication(walk: Walk, at: number, end: number, carried: Carried): number {
  const { bytes } = walk;
  const size = end - at < 12 ? 0 : (bytes[at + 1]! + 2) * 4;
  if (size < 12 || at + size > end) return stop(walk, at, end);
  bytes.fill(0, at + 12, at + size);
  return transport(walk, bytes[at]!, at + size, end, { ...carried, reported: carried.reported - size });
}

/** Bytes of each chunk that are numbers only; all of it for those that have no more. */
const CHUNK_HEADS: Readonly<Record<number, number>> = { 0: 16, 1: 20, 2: 20, 64: 20 };
const WHOLE_CHUNKS: Readonly<Record<number, number>> = { 7: 8, 8: 4, 11: 4, 14: 4 };
const SACK = 3;

function sctp(walk: Walk, at: number, end: number, carried: Carried): number {
  const { bytes } = walk;
  if (end - at < 12) return stop(walk, partOf(at, end - at), end);
  let kept = at + 12;
  while (kept < end) {
    const length = end - kept < 4 ? 0 : u16(bytes, kept + 2);
    const padded = (length + 3) & ~3;
    if (length < 4) break;
    const kind = bytes[kept]!;
    const whole = kind === SACK && length >= 16 ? sackLength(bytes, kept) : WHOLE_CHUNKS[kind];
    if (length !== whole || kept + padded > end || walk.isQuoted) {
      const head = Math.min(length, CHUNK_HEADS[kind] ?? 4);
      kept = kept + head <= end ? kept + head : kept;
      break;
    }
    bytes.fill(0, kept + length, kept + padded);
    kept += padded;
  }
  const clean = stop(walk, kept, end);
  bytes.fill(0, at + 8, at + 12);
  const zeros = Math.max(0, Math.min(carried.reported, 65_535) - (clean - at));
  const crc = crc32c(bytes, at, clean, zeros);
  for (let index = 0; index < 4; index++) bytes[at + 8 + index] = crc >>> (8 * index);
  return clean;
}

/** With its gaps and duplicates. */
const sackLength = (bytes: Uint8Array, at: number): number => 16 + 4 * (u16(bytes, at + 12) + u16(bytes, at + 14));
