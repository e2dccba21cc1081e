import { u16, u24 } from '../wire/bytes.ts';
import { checksumOf, sumWords } from './checksums.ts';
import { put16, stop, type Walk } from './walk.ts';
import { ppp } from './walk-links.ts';

const VXLAN = 4789;
const VXLAN_OF_LINUX = 8472;
const GENEVE = 6081;
const GTP = 2152;
const TEREDO = 3544;
const PPP = 0x880b;
const ERSPAN = 0x88be;

export const isTunnel = (from: number, to: number): boolean => of(from) || of(to);
const of = (port: number): boolean => isVxlan(port) || port === GENEVE || port === GTP || port === TEREDO;
const isVxlan = (port: number): boolean => port === VXLAN || port === VXLAN_OF_LINUX;

/** A datagram that carries packets, by its ports. */
export function tunnel(walk: Walk, at: number, end: number, from: number, to: number): number {
  const port = of(to) ? to : from;
  if (isVxlan(port)) return vxlan(walk, at, end);
  if (port === GENEVE) return geneve(walk, at, end);
  if (port === GTP) return gtp(walk, at, end);
  return at < end && walk.bytes[at]! >>> 4 === 6 ? walk.ip(at, end) : stop(walk, at, end);
}

/** RFC 7348: a flag, zeros, the network. */
function vxlan(walk: Walk, at: number, end: number): number {
  const { bytes } = walk;
  const isKnown = end - at >= 8 && bytes[at] === 8 && u24(bytes, at + 1) === 0 && bytes[at + 7] === 0;
  return isKnown ? walk.ethernet(at + 8, end) : stop(walk, at, end);
}

/** RFC 8926. Options keep their headers. */
function geneve(walk: Walk, at: number, end: number): number {
  const { bytes } = walk;
  const after = at + 8 + (end - at < 8 ? 0 : (bytes[at]! & 0x3f) * 4);
  if (end - at < 8 || bytes[at]! >>> 6 !== 0 || after > end) return stop(walk, at, end);
  for (let option = at + 8; option < after; ) {
    const next = option + 4 + (bytes[option + 3]! & 0x1f) * 4;
    if (next > after) return stop(walk, option, end);
    bytes.fill(0, option + 4, next);
    option = next;
  }
  return walk.byEtherType(u16(bytes, at + 2), after, end);
}

/** A packet of a user in GTP version 1, without extension headers (3GPP TS 29.281). */
function gtp(walk: Walk, at: number, end: number): number {
  const { bytes } = walk;
  const flags = bytes[at]!;
  const isKnown = end - at >= 8 && flags >>> 4 === 3 && bytes[at + 1] === 0xff && (flags & 4) === 0;
  const after = at + ((flags & 7) === 0 ? 8 : 12);
  return isKnown && after < end ? walk.ip(after, end) : stop(walk, at, end);
}

/** RFC 2784, RFC 2890, and RFC 2637 for PPTP. */
export function gre(walk: Walk, at: number, end: number): number {
  if (end - at < 4) return stop(walk, at, end);
  const { bytes } = walk;
  const flags = u16(bytes, at);
  const type = u16(bytes, at + 2);
  const version = flags & 7;
  const hasChecksum = (flags & 0x8000) !== 0;
  const hasRoute = (flags & 0x4000) !== 0;
  const hasSequence = (flags & 0x1000) !== 0;
  let after = at + 4 + (hasChecksum ? 4 : 0) + ((flags & 0x2000) !== 0 ? 4 : 0) + (hasSequence ? 4 : 0);
  if (version === 1 && (flags & 0x80) !== 0) after += 4;
  if (version > 1 || hasRoute || after > end) return stop(walk, at + 4, end);
  if (hasChecksum) bytes.fill(0, at + 4, at + 8);
  const kept = inside(walk, type, after, end, hasSequence);
  if (hasChecksum) put16(bytes, at + 4, checksumOf(sumWords(bytes, at, kept)));
  return kept;
}

function inside(walk: Walk, type: number, at: number, end: number, hasSequence: boolean): number {
  if (type === PPP) return ppp(walk, at, end);
  if (type !== ERSPAN) return walk.byEtherType(type, at, end);
  // without numbers it has no header (type I)
  if (!hasSequence) return walk.ethernet(at, end);
  return end - at < 8 ? stop(walk, at, end) : walk.ethernet(at + 8, end);
}
