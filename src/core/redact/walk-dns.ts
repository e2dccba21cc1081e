import { latin1, u16 } from '../wire/bytes.ts';
import { arpaLabels } from './arpa-names.ts';
import { put16, stop, type Walk } from './walk.ts';

const HEADER = 12;
const MOST_LABELS = 128;
const MOST_HOPS = 20;
const MOST_RECORDS = 1000;
const MOST_BYTES = 65_536;
const ARPA = 'arpa';
const POINTER = 0xc0;
const OPT = 41;
const PADDING = 12;
const CLIENT_SUBNET = 8;
const LOCAL_USE = 65_001;
/** NS, CNAME, PTR, DNAME: one name. */
const isOfName = (type: number): boolean => type === 2 || type === 5 || type === 12 || type === 39;
const A = 1;
const SOA = 6;
const MX = 15;
const TXT = 16;
const AAAA = 28;
const SRV = 33;

/**
 * A message of DNS, in its own length: labels become others as long. It is clean up to the first record whose type is
 * not known. What is not a message from end to end is not kept at all: who writes something else to this port would get through.
 */
export function dnsMessage(walk: Walk, start: number, end: number): number {
  const { bytes } = walk;
  const records = end - start < HEADER ? -1 : u16(bytes, start + 6) + u16(bytes, start + 8) + u16(bytes, start + 10);
  const questions = end - start < HEADER ? -1 : u16(bytes, start + 4);
  if (questions < 0 || questions > 16 || records > MOST_RECORDS || questions + records === 0)
    return stop(walk, start, end);
  if (!isMessage(walk, start, end, questions, records)) return stop(walk, start, end);
  keep(bytes, start, end);
  let at = start + HEADER;
  for (let left = questions; left > 0; left--) at = name(walk, start, at, end) + 4;
  for (let left = records; left > 0; left--) {
    at = name(walk, start, at, end);
    const type = u16(bytes, at);
    const data = at + 10;
    const next = data + u16(bytes, at + 8);
    if (!recordData(walk, start, type, data, next)) return stop(walk, data, end);
    at = next;
  }
  return stop(walk, at, end);
}

/** Whether names and records lie one behind the other as far as the message says. */
function isMessage(walk: Walk, start: number, end: number, questions: number, records: number): boolean {
  let at = start + HEADER;
  const { bytes } = walk;
  for (let left = questions; left > 0; left--) {
    at = skipName(bytes, at, end);
    if (at < 0 || at + 4 > end || !isClass(u16(bytes, at + 2))) return false;
    at += 4;
  }
  for (let left = records; left > 0; left--) {
    at = skipName(bytes, at, end);
    if (at < 0 || at + 10 > end) return false;
    if (u16(bytes, at) !== OPT && !isClass(u16(bytes, at + 2))) return false;
    at += 10 + u16(bytes, at + 8);
    if (at > end) return false;
  }
  return true;
}

/** IN, CH, HS, none, any; the first bit is mDNS's. */
function isClass(value: number): boolean {
  const of = value & 0x7fff;
  return of === 1 || of === 3 || of === 4 || of === 254 || of === 255;
}

/** Where the name at `from` ends; -1 for one that does not end in time. */
function skipName(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && at - from < 256) {
    const length = bytes[at]!;
    if (length === 0) return at + 1;
    if (length >= POINTER) return at + 2 <= end ? at + 2 : -1;
    if (length > 63) return -1;
    at += 1 + length;
  }
  return -1;
}

/** Replaces the labels of a name, up to a pointer; returns where it ends. Names and pointers were checked. */
function name(walk: Walk, start: number, from: number, end: number): number {
  const { bytes, redaction, arpaNames } = walk;
  if (bytes[from]! === 0) return from + 1;
  if (bytes[from]! >= POINTER) return from + 2;
  // only the name of an address is seen as a whole
  const isOfAddress = endsInArpa(from - start, end - start);
  const length = isOfAddress ? plainLength(bytes, from) : 0;
  if (length > 0 && length <= arpaNames.longest) {
    arpaNames.replace(bytes, from, length);
    return from + length + 1;
  }
  const others = isOfAddress ? arpaLabels(labelsOf(from - start, end - start), redaction) : null;
  let at = from;
  for (let index = 0; ; index++) {
    const size = bytes[at]!;
    if (size === 0) return at + 1;
    if (size >= POINTER) return at + 2;
    if (others === null) redaction.labelAt(bytes, at + 1, size);
    else {
      const other = others[index];
      if (other === undefined || other.length !== size) bytes.fill(0x78, at + 1, at + 1 + size);
      else bytes.set(other, at + 1);
    }
    at += 1 + size;
  }
}

/** Of a name without a pointer, without the zero that ends it; 0 for another one. */
function plainLength(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! > 0 && bytes[at]! < POINTER) at += 1 + bytes[at]!;
  return bytes[at] === 0 ? at - from : 0;
}

/** The message as it was: names point at what has been replaced by then. */
let before = new Uint8Array(MOST_BYTES);

function keep(bytes: Uint8Array, start: number, end: number): void {
  if (end - start > before.length) before = new Uint8Array(2 * (end - start));
  for (let at = start; at < end; at++) before[at - start] = bytes[at]!;
}

/**
 * Calls `take` with the place and the length of each label of a name, those behind pointers too; places count from the
 * message, of which `end` bytes are there.
 */
function eachLabel(from: number, end: number, take: (at: number, length: number) => void): void {
  let at = from;
  for (let hops = 0, count = 0; hops <= MOST_HOPS && count < MOST_LABELS && at < end; ) {
    const length = before[at]!;
    if (length === 0) return;
    if (length >= POINTER) {
      at = ((length & 0x3f) << 8) | (at + 1 < end ? before[at + 1]! : 0);
      hops++;
      continue;
    }
    if (length > 63 || at + 1 + length > end) return;
    take(at + 1, length);
    count++;
    at += 1 + length;
  }
}

/** A byte is a character. */
function labelsOf(from: number, end: number): string[] {
  const labels: string[] = [];
  eachLabel(from, end, (at, length) => labels.push(latin1(before, at, at + length)));
  return labels;
}

function endsInArpa(from: number, end: number): boolean {
  let last = 0;
  let size = 0;
  eachLabel(from, end, (at, length) => {
    last = at;
    size = length;
  });
  if (size !== ARPA.length) return false;
  for (let index = 0; index < size; index++)
    if ((before[last + index]! | 0x20) !== ARPA.charCodeAt(index)) return false;
  return true;
}

/** Whether the data of a record of this type is clean now. */
function recordData(walk: Walk, start: number, type: number, at: number, end: number): boolean {
  const { bytes, redaction } = walk;
  if (at === end) return true;
  if (isOfName(type)) return isName(walk, start, at, end);
  switch (type) {
    case A:
      if (end - at === 4) redaction.ip4(bytes, at);
      return end - at === 4;
    case AAAA:
      if (end - at === 16) redaction.ip6(bytes, at);
      return end - at === 16;
    case MX:
      return isName(walk, start, at + 2, end);
    case SRV:
      return isName(walk, start, at + 6, end);
    case SOA: {
      const second = skipName(bytes, at, end);
      if (second < 0) return false;
      const after = skipName(bytes, second, end);
      if (after < 0 || end - after !== 20) return false;
      return isName(walk, start, at, second) && isName(walk, start, second, after);
    }
    case TXT:
      return strings(bytes, at, end);
    case OPT:
      return options(bytes, at, end);
    default:
      return false;
  }
}

/** Replaces a name that takes all of [at, end). */
function isName(walk: Walk, start: number, at: number, end: number): boolean {
  if (at >= end || skipName(walk.bytes, at, end) !== end) return false;
  name(walk, start, at, end);
  return true;
}

function strings(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  for (; at < end; at += 1 + bytes[at]!) {
    if (at + 1 + bytes[at]! > end) return false;
    bytes.fill(0x78, at + 1, at + 1 + bytes[at]!);
  }
  return true;
}

/** Options of EDNS keep their codes and lengths; the network of a client becomes padding. */
function options(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const next = at + 4 <= end ? at + 4 + u16(bytes, at + 2) : end + 1;
    if (next > end) return false;
    if (u16(bytes, at) === CLIENT_SUBNET || u16(bytes, at) >= LOCAL_USE) put16(bytes, at, PADDING);
    bytes.fill(0, at + 4, next);
    at = next;
  }
  return true;
}
