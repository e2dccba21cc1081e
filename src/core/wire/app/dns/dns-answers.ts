import { formatIpv4, formatIpv6 } from '../../../net/ip-address.ts';
import { i32, latin1, u16 } from '../../bytes.ts';
import { dnsTypeName } from './dns-codes.ts';
import { copyName, LONGEST_NAME, nameText } from './dns-name.ts';

// An answer apart from its message: type (2), length of its data there (2), length of what is kept of it (2), and that: names
// whole and without pointers, strings without their lengths, and nothing of data that no text shows.
const LENGTH = 2;
const KEPT = 4;
const HEADER = 6;
/** The most of one that is no text: priority, weight and port, and a name. */
export const LONGEST_ANSWER = HEADER + 6 + LONGEST_NAME;

export const A = 1;
const NS = 2;
const CNAME = 5;
const SOA = 6;
const PTR = 12;
const MX = 15;
const TXT = 16;
export const AAAA = 28;
const SRV = 33;
const DNAME = 39;
const SPF = 99;

export const isText = (type: number): boolean => type === TXT || type === SPF;

/**
 * Writes an answer of the message in [start, end), its `length` bytes of data at `data`, to `to`; of a text `most` characters at
 * most. Returns where it ends.
 */
export function packAnswer(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: number,
  data: number,
  length: number,
  most: number,
  to: Uint8Array,
  toOffset: number,
): number {
  const at = toOffset + HEADER;
  const kept = isText(type)
    ? packText(bytes, data, data + length, most, to, at)
    : packData(bytes, start, end, type, data, length, to, at);
  write16(to, toOffset, type);
  write16(to, toOffset + LENGTH, length);
  write16(to, toOffset + KEPT, kept);
  return at + kept;
}

function packData(
  bytes: Uint8Array,
  start: number,
  end: number,
  type: number,
  data: number,
  length: number,
  to: Uint8Array,
  at: number,
): number {
  if (isName(type)) return copyName(bytes, start, end, data, to, at);
  switch (type) {
    case A:
      return length === 4 ? copy(bytes, data, 4, to, at) : 0;
    case AAAA:
      return length === 16 ? copy(bytes, data, 16, to, at) : 0;
    case MX:
      return length > 2 ? copy(bytes, data, 2, to, at) + copyName(bytes, start, end, data + 2, to, at + 2) : 0;
    case SRV:
      return length > 6 ? copy(bytes, data, 6, to, at) + copyName(bytes, start, end, data + 6, to, at + 6) : 0;
    default:
      return 0;
  }
}

/** The first `most` characters of all character-strings of a text, without blanks between them (RFC 1035, 3.3.14; RFC 7208, 3.3). */
function packText(bytes: Uint8Array, start: number, end: number, most: number, to: Uint8Array, at: number): number {
  let kept = 0;
  for (let from = start; from < end && kept < most; from += 1 + bytes[from]!) {
    const length = Math.min(bytes[from]!, end - from - 1, most - kept);
    kept += copy(bytes, from + 1, length, to, at + kept);
  }
  return kept;
}

/** Where the data of the answer at `at` begins. */
export const answerData = (at: number): number => at + HEADER;

/** Whether the data of such an answer is a name. */
export const isName = (type: number): boolean =>
  type === NS || type === CNAME || type === PTR || type === DNAME || type === SOA;

/** How many characters the text of an answer at `at` has. */
export const textLength = (packed: Uint8Array, at: number): number => u16(packed, at + KEPT);

/** Where the answer after the one at `at` begins. */
export const afterAnswer = (packed: Uint8Array, at: number): number => at + HEADER + u16(packed, at + KEPT);

/** The answer at `at` as a person reads it: an address, a name, a text. */
export function answerText(packed: Uint8Array, at: number): string {
  const type = u16(packed, at);
  const data = answerData(at);
  const end = afterAnswer(packed, at);
  if (isText(type)) return latin1(packed, data, end);
  const nameAt = (offset: number): string => (offset < end ? nameText(packed, offset) : '');
  if (isName(type)) return nameAt(data);
  switch (type) {
    case A:
      return end > data ? formatIpv4(i32(packed, data)) : '';
    case AAAA:
      return end > data ? formatIpv6(packed, data) : '';
    case MX:
      return end > data ? `${u16(packed, data)} ${nameAt(data + 2)}` : '';
    case SRV:
      return end > data
        ? `${u16(packed, data)} ${u16(packed, data + 2)} ${u16(packed, data + 4)} ${nameAt(data + 6)}`
        : '';
    default:
      return `${dnsTypeName(type)} ${u16(packed, at + LENGTH)} bytes`;
  }
}

/** The answers in [start, end) as a person reads them. */
export function answerTexts(packed: Uint8Array, start: number, end: number): string[] {
  const texts: string[] = [];
  for (let at = start; at < end; at = afterAnswer(packed, at)) texts.push(answerText(packed, at));
  return texts;
}

function copy(bytes: Uint8Array, from: number, length: number, to: Uint8Array, at: number): number {
  for (let index = 0; index < length; index++) to[at + index] = bytes[from + index]!;
  return length;
}

function write16(to: Uint8Array, at: number, value: number): void {
  to[at] = value >>> 8;
  to[at + 1] = value;
}
