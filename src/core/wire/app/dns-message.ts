import { formatIpv4, formatIpv6 } from '../../net/ip-address.ts';
import { i32, latin1, u16, u32 } from '../bytes.ts';
import { afterName, readName } from './dns-name.ts';

// RFC 1035, 4.1.1: id (2), flags (2), counts of questions, answers, authorities and additional records (2 each).
export const DNS_HEADER = 12;
const FLAGS = 2;
const QUESTIONS = 4;
const ANSWERS = 6;
const RESPONSE = 0x8000;
/** Records that are listed; a message may claim 65,535 of each kind. */
const MOST_RECORDS = 100;
const LONGEST_TEXT = 255;

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

/** RFC 1035, 4.1.1; RFC 2136, 2.2. */
const RCODES = [
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
export const dnsRcode = (bytes: Uint8Array, start: number): number => u16(bytes, start + FLAGS) & 15;

/** The first question and the answers of a message in [start, end); null where the bytes end too soon. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly rcode: number;
  readonly opcode: number;
  readonly name: string | null;
  readonly type: number;
  /** The questions after the first: Multicast DNS asks for several things at once. */
  readonly more: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
}

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
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
  let type = 0;
  const more: DnsQuestion[] = [];
  for (let index = 0; index < questions && index < MOST_RECORDS; index++) {
    const asked = readName(bytes, start, end, at);
    if (asked === null) break;
    at = afterName(bytes, at, end);
    const askedType = at + 4 <= end ? u16(bytes, at) : 0;
    at += 4;
    if (index > 0) more.push({ name: asked, type: askedType });
    else {
      name = asked;
      type = askedType;
    }
  }
  return {
    id: u16(bytes, start),
    response: (flags & RESPONSE) !== 0,
    rcode: flags & 15,
    opcode: (flags >> 11) & 15,
    name,
    type,
    more,
    answers: questions > 0 && name === null ? [] : readRecords(bytes, start, end, at, u16(bytes, start + ANSWERS)),
  };
}

function readRecords(bytes: Uint8Array, start: number, end: number, from: number, count: number): DnsRecord[] {
  const records: DnsRecord[] = [];
  let at = from;
  while (records.length < count && records.length < MOST_RECORDS) {
    const name = readName(bytes, start, end, at);
    if (name === null) break;
    at = afterName(bytes, at, end);
    if (at + 10 > end) break;
    const type = u16(bytes, at);
    const data = at + 10;
    const length = u16(bytes, at + 8);
    if (data + length > end) break;
    records.push({ name, type, ttl: u32(bytes, at + 4), value: formatData(bytes, start, end, type, data, length) });
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
    case 16:
      return length > 1
        ? latin1(bytes, data + 1, Math.min(data + length, data + 1 + Math.min(bytes[data]!, LONGEST_TEXT)))
        : '';
    default:
      return `${dnsTypeName(type)} ${length} bytes`;
  }
}
