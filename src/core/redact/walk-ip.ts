import { u16 } from '../wire/bytes.ts';
import { checksumOf, sumWords } from './checksums.ts';
import { put16, stop, type Walk } from './walk.ts';
import { fragment, transport } from './walk-transport.ts';

const MOST_DEPTH = 6;
const NOP = 1;
const END_OF_OPTIONS = 0;
const ROUTER_ALERT = 148;

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const MOST_EXTENSIONS = 8;
const PAD_ONE = 0;
const PAD_MANY = 1;
/** Options of IPv6 that say nothing of anybody: router alert, jumbo payload. */
const KEPT_OPTIONS = new Set([5, 0xc2]);

export function ip(walk: Walk, at: number, end: number): number {
  if (at >= end || walk.depth >= MOST_DEPTH) return stop(walk, at, end);
  walk.depth++;
  const version = walk.bytes[at]! >>> 4;
  const kept = version === 4 ? ip4(walk, at, end) : version === 6 ? ip6(walk, at, end) : stop(walk, at, end);
  walk.depth--;
  return kept;
}

function ip4(walk: Walk, at: number, end: number): number {
  const { bytes, redaction } = walk;
  const header = (bytes[at]! & 15) * 4;
  if (end - at < 20 || header < 20 || at + header > end) return stop(walk, at, end);
  const total = u16(bytes, at + 2);
  if (total !== 0 && total < header) return stop(walk, at, end);
  const after = at + header;
  // 0 where the network card was to divide it
  const last = total === 0 ? end : Math.min(end, at + total);
  const reported = total === 0 ? last - after : total - header;
  redaction.ip4(bytes, at + 12);
  redaction.ip4(bytes, at + 16);
  const pseudo = sumWords(bytes, at + 12, at + 20);
  const place = u16(bytes, at + 6);
  let sum = u16(bytes, at) + total + u16(bytes, at + 4) + place + u16(bytes, at + 8) + pseudo;
  if (header > 20) {
    clearOptions(bytes, at + 20, after);
    sum += sumWords(bytes, at + 20, after);
  }
  put16(bytes, at + 10, checksumOf(sum));
  const protocol = bytes[at + 9]!;
  if ((place & 0x1fff) !== 0) return fragment(walk, protocol, after, last, null);
  const carried = { pseudo, reported, hasMore: (place & 0x2000) !== 0, isIp4: true };
  return carried.hasMore
    ? fragment(walk, protocol, after, last, carried)
    : transport(walk, protocol, after, last, carried);
}

/** Options may hold addresses (record route): what is not known becomes none. */
function clearOptions(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const kind = bytes[at]!;
    const length = bytes[at + 1]!;
    if (kind === END_OF_OPTIONS) {
      bytes.fill(0, at, end);
      return;
    }
    if (kind === NOP) at++;
    else if (kind === ROUTER_ALERT && length === 4 && at + 4 <= end) at += 4;
    else {
      const next = length < 2 || at + length > end ? end : at + length;
      bytes.fill(NOP, at, next);
      at = next;
    }
  }
}

function ip6(walk: Walk, start: number, end: number): number {
  const { bytes, redaction } = walk;
  if (end - start < 40) return stop(walk, start, end);
  const length = u16(bytes, start + 4);
  const last = length === 0 ? end : Math.min(end, start + 40 + length);
  const finish = length === 0 ? last : start + 40 + length;
  redaction.ip6(bytes, start + 8);
  redaction.ip6(bytes, start + 24);
  // where the packet goes in the end is what checksums are about
  let destination = start + 24;
  let hasMore = false;
  let next = bytes[start + 6]!;
  let at = start + 40;
  for (let count = 0; count < MOST_EXTENSIONS; count++) {
    const isExtension = next === HOP_BY_HOP || next === ROUTING || next === DESTINATION || next === AUTHENTICATION;
    if (!isExtension && next !== FRAGMENT) {
      const pseudo = sumWords(bytes, start + 8, start + 24) + sumWords(bytes, destination, destination + 16);
      const carried = { pseudo, reported: finish - at, hasMore, isIp4: false };
      return hasMore ? fragment(walk, next, at, last, carried) : transport(walk, next, at, last, carried);
    }
    if (last - at < 8) return stop(walk, at, last);
    const following = bytes[at]!;
    if (next === FRAGMENT) {
      const place = u16(bytes, at + 2);
      if ((place & 0xfff8) !== 0) return fragment(walk, following, at + 8, last, null);
      hasMore ||= (place & 1) !== 0;
      at += 8;
    } else {
      const size = next === AUTHENTICATION ? (bytes[at + 1]! + 2) * 4 : (bytes[at + 1]! + 1) * 8;
      if (at + size > last) return stop(walk, at, last);
      if (next === AUTHENTICATION) bytes.fill(0, at + 12, at + size);
      else if (next === ROUTING) destination = route(walk, at, size) ?? destination;
      else clearOptions6(bytes, at + 2, at + size);
      at += size;
    }
    next = following;
  }
  return stop(walk, at, last);
}

/** The addresses of a routing header; where its last one lies, if the packet has not got there. */
function route(walk: Walk, at: number, size: number): number | null {
  const { bytes, redaction } = walk;
  const type = bytes[at + 2]!;
  const addresses = Math.floor((size - 8) / 16);
  // RFC 5095, RFC 6275, RFC 8754
  const known = type === 0 || type === 2 ? addresses : type === 4 ? Math.min(addresses, bytes[at + 4]! + 1) : 0;
  for (let index = 0; index < known; index++) redaction.ip6(bytes, at + 8 + 16 * index);
  bytes.fill(0, at + 8 + 16 * known, at + size);
  if (known === 0 || bytes[at + 3] === 0) return null;
  return type === 4 ? at + 8 : at + 8 + 16 * (known - 1);
}

function clearOptions6(bytes: Uint8Array, start: number, end: number): void {
  for (let at = start; at < end; ) {
    const kind = bytes[at]!;
    if (kind === PAD_ONE) {
      at++;
      continue;
    }
    const next = at + 1 < end ? at + 2 + bytes[at + 1]! : end + 1;
    if (next > end) {
      bytes.fill(PAD_ONE, at, end);
      return;
    }
    if (!KEPT_OPTIONS.has(kind)) {
      bytes[at] = PAD_MANY;
      bytes.fill(0, at + 2, next);
    }
    at = next;
  }
}
