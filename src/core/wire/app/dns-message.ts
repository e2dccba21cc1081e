import { formatIpv4, formatIpv6 } from '../../net/ip-address.ts';
import { i32, latin1, u16, u32 } from '../bytes.ts';
import { afterName, readName } from './dns-name.ts';

// RFC 1035, 4.1.1: id (2), flags (2), counts of questions, answers, authorities and additional records (2 each).
export const DNS_HEADER = 12;
const FLAGS = 2;
const QUESTIONS = 4;
const ANSWERS = 6;
const AUTHORITIES = 8;
const ADDITIONAL = 10;
const RESPONSE = 0x8000;
/** Behind the name of a record: type (2), class (2), time to live (4), length of the data (2). */
const RECORD_HEADER = 10;
const TXT = 16;
const OPT = 41;
const SPF = 99;
/** Records that are listed; a message may claim 65,535 of each kind. */
const MOST_RECORDS = 100;
/** Of the strings of a TXT record together, and of all such records of a message, so that a line stays below 64 KiB. */
const LONGEST_TEXT = 4096;
const LONGEST_TEXTS = 6000;

/** RFC 1035, 3.2.2 and IANA, DNS Parameters. */
const TYPES: Readonly<Record<number, string>> = {
  1: 'A',
  2: 'NS',
  5: 'CNAME',
  6: 'SOA',
  10: 'NULL',
  12: 'PTR',
  13: 'HINFO',
  15: 'MX',
  16: 'TXT',
  24: 'SIG',
  25: 'KEY',
  28: 'AAAA',
  29: 'LOC',
  33: 'SRV',
  35: 'NAPTR',
  39: 'DNAME',
  41: 'OPT',
  43: 'DS',
  46: 'RRSIG',
  47: 'NSEC',
  48: 'DNSKEY',
  50: 'NSEC3',
  52: 'TLSA',
  64: 'SVCB',
  65: 'HTTPS',
  99: 'SPF',
  249: 'TKEY',
  250: 'TSIG',
  251: 'IXFR',
  252: 'AXFR',
  255: 'ANY',
  256: 'URI',
  257: 'CAA',
};

/** RFC 1035, 4.1.1; RFC 2136, 2.2; from 16 on, those that need the bits of OPT (IANA, DNS RCODEs). */
const RCODES: readonly (string | undefined)[] = [
  'NOERROR',
  'FORMERR',
  'SERVFAIL',
  'NXDOMAIN',
  'NOTIMP',
  'REFUSED',
  'YXDOMAIN',
  'YXRRSET',
  'NXRRSET',
  'NOTAUTH',
  'NOTZONE',
  ...new Array<undefined>(5),
  'BADVERS',
  'BADKEY',
  'BADTIME',
  'BADMODE',
  'BADNAME',
  'BADALG',
  'BADTRUNC',
  'BADCOOKIE',
];

/** `AAAA`; `TYPE300` for one without a name (RFC 3597, 5). */
export function dnsTypeName(type: number): string {
  return TYPES[type] ?? `TYPE${type}`;
}

export function dnsRcodeName(rcode: number): string {
  return RCODES[rcode] ?? `RCODE${rcode}`;
}

export const isDnsResponse = (bytes: Uint8Array, start: number): boolean =>
  (u16(bytes, start + FLAGS) & RESPONSE) !== 0;

/**
 * The response code of the message in [start, end): four bits of its header, and above them the eight of its OPT record
 * (RFC 6891, 6.1.3), as far as that was captured. Builds nothing; the way to OPT is walked only for the low bits `of`.
 */
export function isDnsRcode(bytes: Uint8Array, start: number, end: number, of: number): boolean {
  return (u16(bytes, start + FLAGS) & 15) === (of & 15) && readRcode(bytes, start, end) === of;
}

function readRcode(bytes: Uint8Array, start: number, end: number): number {
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

/** The first question and the answers of a message in [start, end); null where the bytes end too soon. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  /** All twelve bits, with those of OPT. */
  readonly rcode: number;
  readonly opcode: number;
  /** How many questions it says it has, whatever was captured of them. */
  readonly questions: number;
  readonly name: string | null;
  /** Null, as the class, where the message ends before it. */
  readonly type: number | null;
  readonly qclass: number | null;
  /** The questions after the first: Multicast DNS asks for several things at once. */
  readonly more: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: number | null;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly ttl: number;
  /** As a person reads it: an address, a name, a text. */
  readonly value: string;
}

/** Reads a message as far as its bytes make sense; null when not even its header is whole. */
export function readDnsMessage(bytes: Uint8Array, start: number, end: number): DnsMessage | null {
  if (end - start < DNS_HEADER) return null;
  const flags = u16(bytes, start + FLAGS);
  const questions = u16(bytes, start + QUESTIONS);
  let at = start + DNS_HEADER;
  let name: string | null = null;
  let type: number | null = null;
  let qclass: number | null = null;
  const more: DnsQuestion[] = [];
  for (let index = 0; index < questions && index < MOST_RECORDS; index++) {
    const asked = readName(bytes, start, end, at);
    if (asked === null) break;
    at = afterName(bytes, at, end);
    const askedType = at + 2 <= end ? u16(bytes, at) : null;
    const askedClass = at + 4 <= end ? u16(bytes, at + 2) : null;
    at += 4;
    if (index > 0) more.push({ name: asked, type: askedType });
    else {
      name = asked;
      type = askedType;
      qclass = askedClass;
    }
  }
  return {
    id: u16(bytes, start),
    response: (flags & RESPONSE) !== 0,
    rcode: readRcode(bytes, start, end),
    opcode: (flags >> 11) & 15,
    questions,
    name,
    type,
    qclass,
    more,
    answers: questions > 0 && name === null ? [] : readRecords(bytes, start, end, at, u16(bytes, start + ANSWERS)),
  };
}

function readRecords(bytes: Uint8Array, start: number, end: number, from: number, count: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  let at = from;
  let room = LONGEST_TEXTS;
  while (records.length < count && records.length < MOST_RECORDS) {
    const name = readName(bytes, start, end, at);
    if (name === null) break;
    at = afterName(bytes, at, end);
    if (at + RECORD_HEADER > end) break;
    const type = u16(bytes, at);
    const data = at + RECORD_HEADER;
    const length = u16(bytes, at + 8);
    if (data + length > end) break;
    const most = Math.min(LONGEST_TEXT, room);
    const value = isText(type)
      ? strings(bytes, data, data + length, most)
      : formatData(bytes, start, end, type, data, length);
    if (isText(type)) room -= value.length;
    records.push({ name, type, ttl: u32(bytes, at + 4), value });
    at = data + length;
  }
  return records;
}

function formatData(bytes: Uint8Array, start: number, end: number, type: number, data: number, length: number): string {
  const name = (offset: number): string => readName(bytes, start, end, offset) ?? '';
  switch (type) {
    case 1:
      return length === 4 ? formatIpv4(i32(bytes, data)) : '';
    case 28:
      return length === 16 ? formatIpv6(bytes, data) : '';
    case 2:
    case 5:
    case 12:
    case 39:
    case 6:
      return name(data);
    case 15:
      return length > 2 ? `${u16(bytes, data)} ${name(data + 2)}` : '';
    case 33:
      return length > 6 ? `${u16(bytes, data)} ${u16(bytes, data + 2)} ${u16(bytes, data + 4)} ${name(data + 6)}` : '';
    default:
      return `${dnsTypeName(type)} ${length} bytes`;
  }
}

const isText = (type: number): boolean => type === TXT || type === SPF;

/** The first `most` characters of all character-strings of a text, without blanks between them (RFC 1035, 3.3.14; RFC 7208, 3.3). */
function strings(bytes: Uint8Array, start: number, end: number, most: number): string {
  let text = '';
  for (let at = start; at < end && text.length < most; at += 1 + bytes[at]!) {
    text += latin1(bytes, at + 1, Math.min(end, at + 1 + bytes[at]!));
  }
  return text.slice(0, most);
}
