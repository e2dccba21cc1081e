import { u16 } from '../wire/bytes.ts';
import { stop, type Walk } from './walk.ts';

const IP4 = 0x0800;
const IP6 = 0x86dd;
const ARP = 0x0806;
const MPLS = 0x8847;
const MPLS_GROUP = 0x8848;
const PPPOE = 0x8864;
const BRIDGED = 0x6558;
const BACKBONE = 0x88e7;
const MOST_TAGS = 8;

/** LINKTYPE_ numbers (tcpdump.org/linktypes.html). */
const LINKS: Readonly<Record<number, (walk: Walk, at: number, end: number) => number>> = {
  0: (walk, at, end) => ipAfter(walk, at, at + 4, end),
  9: ppp,
  12: (walk, at, end) => walk.ip(at, end),
  14: (walk, at, end) => walk.ip(at, end),
  101: (walk, at, end) => walk.ip(at, end),
  108: (walk, at, end) => ipAfter(walk, at, at + 4, end),
  113: cooked,
  228: (walk, at, end) => walk.ip(at, end),
  229: (walk, at, end) => walk.ip(at, end),
  276: cookedTwo,
};
const ETHERNET = 1;

/** Redacts a frame of this link type in [at, end). Nothing of a type that is not known is clean. */
export function walkLink(walk: Walk, linkType: number, at: number, end: number): number {
  if (linkType === ETHERNET) return ethernet(walk, at, end);
  const link = LINKS[linkType];
  return link === undefined ? stop(walk, at, end) : link(walk, at, end);
}

export const knowsLink = (linkType: number): boolean => linkType === ETHERNET || LINKS[linkType] !== undefined;

export function ethernet(walk: Walk, at: number, end: number): number {
  if (end - at < 14) return stop(walk, at, end);
  walk.redaction.mac(walk.bytes, at);
  walk.redaction.mac(walk.bytes, at + 6);
  return typed(walk, at + 12, end);
}

/** What follows the type, or the length of an 802.2 frame, at `at`. */
function typed(walk: Walk, at: number, end: number): number {
  const type = u16(walk.bytes, at);
  if (type >= 0x600) return byEtherType(walk, type, at + 2, end);
  const { bytes } = walk;
  const llc = at + 2;
  const isSnap = end - llc >= 8 && bytes[llc] === 0xaa && bytes[llc + 1] === 0xaa && bytes[llc + 2] === 3;
  if (!isSnap || bytes[llc + 3] !== 0 || u16(bytes, llc + 4) >>> 8 !== 0) return stop(walk, llc, end);
  return byEtherType(walk, u16(bytes, llc + 6), llc + 8, Math.min(end, llc + Math.max(type, 8)));
}

const isTag = (type: number): boolean => type === 0x8100 || type === 0x88a8 || type === 0x9100 || type === 0x9200;

export function byEtherType(walk: Walk, first: number, start: number, end: number): number {
  let type = first;
  let at = start;
  for (let tags = 0; isTag(type); tags++) {
    if (tags === MOST_TAGS || end - at < 4) return stop(walk, at, end);
    type = u16(walk.bytes, at + 2);
    at += 4;
    if (type < 0x600) return typed(walk, at - 2, end);
  }
  switch (type) {
    case IP4:
    case IP6:
      return walk.ip(at, end);
    case ARP:
      return arp(walk, at, end);
    case MPLS:
    case MPLS_GROUP:
      return mpls(walk, at, end);
    case PPPOE:
      return pppoe(walk, at, end);
    case BACKBONE:
      return end - at < 4 ? stop(walk, at, end) : walk.ethernet(at + 4, end);
    case BRIDGED:
      return walk.ethernet(at, end);
    default:
      return stop(walk, at, end);
  }
}

/** ARP for Ethernet and IPv4, 28 bytes. */
function arp(walk: Walk, at: number, end: number): number {
  const { bytes, redaction } = walk;
  const isKnown = end - at >= 28 && u16(bytes, at) === 1 && u16(bytes, at + 2) === IP4 && u16(bytes, at + 4) === 0x0604;
  if (!isKnown) return stop(walk, at, end);
  redaction.mac(bytes, at + 8);
  redaction.ip4(bytes, at + 14);
  redaction.mac(bytes, at + 18);
  redaction.ip4(bytes, at + 24);
  return at + 28;
}

function mpls(walk: Walk, start: number, end: number): number {
  const { bytes } = walk;
  let at = start;
  for (let labels = 0; labels < MOST_TAGS && end - at >= 4; labels++) {
    const isLast = (bytes[at + 2]! & 1) === 1;
    at += 4;
    if (!isLast) continue;
    return at < end && isIp(bytes[at]!) ? walk.ip(at, end) : stop(walk, at, end);
  }
  return stop(walk, at, end);
}

function pppoe(walk: Walk, at: number, end: number): number {
  if (end - at < 8) return stop(walk, at, end);
  const after = Math.min(end, at + 6 + u16(walk.bytes, at + 4));
  return protocolOfPpp(walk, at + 6, after);
}

export function ppp(walk: Walk, at: number, end: number): number {
  const hasAddress = end - at >= 2 && walk.bytes[at] === 0xff && walk.bytes[at + 1] === 3;
  return protocolOfPpp(walk, hasAddress ? at + 2 : at, end);
}

function protocolOfPpp(walk: Walk, at: number, end: number): number {
  if (end - at < 2) return stop(walk, at, end);
  const protocol = u16(walk.bytes, at);
  if (protocol === 0x21 || protocol === 0x57) return walk.ip(at + 2, end);
  return protocol === 0x281 ? mpls(walk, at + 2, end) : stop(walk, at + 2, end);
}

/** Behind a header that says no more than which family follows. */
function ipAfter(walk: Walk, start: number, at: number, end: number): number {
  if (end <= at) return stop(walk, start, end);
  return isIp(walk.bytes[at]!) ? walk.ip(at, end) : stop(walk, at, end);
}

const isIp = (byte: number): boolean => byte >>> 4 === 4 || byte >>> 4 === 6;

function cooked(walk: Walk, at: number, end: number): number {
  if (end - at < 16) return stop(walk, at, end);
  linkAddress(walk, at + 6, u16(walk.bytes, at + 4));
  return typed(walk, at + 14, end);
}

function cookedTwo(walk: Walk, at: number, end: number): number {
  if (end - at < 20) return stop(walk, at, end);
  linkAddress(walk, at + 12, walk.bytes[at + 11]!);
  const type = u16(walk.bytes, at);
  return type < 0x600 ? stop(walk, at + 20, end) : byEtherType(walk, type, at + 20, end);
}

/** The address of the sender in eight bytes at `at`. */
function linkAddress(walk: Walk, at: number, length: number): void {
  if (length === 6) {
    walk.redaction.mac(walk.bytes, at);
    walk.bytes.fill(0, at + 6, at + 8);
  } else {
    walk.bytes.fill(0, at, at + 8);
  }
}
