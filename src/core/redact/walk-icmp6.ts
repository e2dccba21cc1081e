import { u16 } from '../wire/bytes.ts';
import { checksumOf, sumWords } from './checksums.ts';
import { type Carried, put16, stop, type Walk } from './walk.ts';
import { quote, records, sources } from './walk-icmp.ts';

const ICMP6 = 58;
const HEADER = 8;
const FIRST_INFORMATION = 128;
const ECHOES = new Set([128, 129]);
/** Where the options of neighbour discovery begin, and how many addresses stand before them (RFC 4861). */
const DISCOVERY: Readonly<Record<number, readonly [options: number, addresses: number]>> = {
  133: [8, 0],
  134: [16, 0],
  135: [24, 1],
  136: [24, 1],
  137: [40, 2],
};
const QUERY = 130;
const LISTENERS = new Set([QUERY, 131, 132]);
const REPORT = 143;

export function icmp6(walk: Walk, at: number, end: number, carried: Carried): number {
  if (end - at < HEADER) return stop(walk, end - at < 4 ? at : at + 4, end);
  const { bytes } = walk;
  put16(bytes, at + 2, 0);
  const kept = walk.isQuoted ? stop(walk, at + HEADER, end) : body(walk, bytes[at]!, at, end);
  put16(bytes, at + 2, checksumOf(carried.pseudo + ICMP6 + carried.reported + sumWords(bytes, at, kept)));
  return kept;
}

function body(walk: Walk, type: number, at: number, end: number): number {
  const { bytes } = walk;
  if (type < FIRST_INFORMATION) return type >= 1 && type <= 4 ? quote(walk, at + HEADER, end) : stop(walk, at + 4, end);
  if (ECHOES.has(type)) return stop(walk, at + HEADER, end);
  const discovery = DISCOVERY[type];
  if (discovery !== undefined) {
    const [after, addresses] = discovery;
    if (at + after > end) return stop(walk, at + HEADER, end);
    sources(walk, at + HEADER, end, addresses, 16);
    return options(walk, at + after, end);
  }
  if (type === REPORT) return stop(walk, records(walk, at + HEADER, end, u16(bytes, at + 6), 16), end);
  if (!LISTENERS.has(type)) return stop(walk, at + 4, end);
  const group = sources(walk, at + HEADER, end, 1, 16);
  const hasSources = type === QUERY && end - group >= 4;
  return stop(walk, hasSources ? sources(walk, group + 4, end, u16(bytes, group + 2), 16) : group, end);
}

const SOURCE_LINK = 1;
const TARGET_LINK = 2;
const PREFIX = 3;
const MTU = 5;
const ROUTE = 24;
const SERVERS = 25;

/** Options of neighbour discovery, up to the first that is not known. */
function options(walk: Walk, start: number, end: number): number {
  const { bytes, redaction } = walk;
  let at = start;
  while (at + 8 <= end) {
    const kind = bytes[at]!;
    const length = bytes[at + 1]! * 8;
    if (length === 0 || at + length > end) break;
    if ((kind === SOURCE_LINK || kind === TARGET_LINK) && length === 8) redaction.mac(bytes, at + 2);
    else if (kind === PREFIX && length === 32) prefix(walk, at + 16, 16, bytes[at + 2]!);
    else if (kind === ROUTE && length <= 24) prefix(walk, at + 8, length - 8, bytes[at + 2]!);
    else if (kind === SERVERS && length % 16 === 8) sources(walk, at + 8, at + length, length, 16);
    else if (kind !== MTU || length !== 8) break;
    at += length;
  }
  return stop(walk, at, end);
}

/** A block of addresses of `length` bits, in as many bytes as there are. */
function prefix(walk: Walk, at: number, size: number, length: number): void {
  const whole = new Uint8Array(16);
  whole.set(walk.bytes.subarray(at, at + size));
  walk.redaction.ip6(whole, 0);
  for (let index = 0; index < size; index++) {
    const bits = Math.min(8, Math.max(0, length - 8 * index));
    walk.bytes[at + index] = whole[index]! & (0xff00 >>> bits);
  }
}
