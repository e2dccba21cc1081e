import { Buffer } from 'node:buffer';
import dnsPacket, { type Answer } from 'dns-packet';
import { dnsRcodeName } from '../../wire/app/dns/dns-codes.ts';
import { DNS_HEADER } from '../../wire/app/dns/dns-header.ts';
import { afterName } from '../../wire/app/dns/dns-name.ts';
import { u16 } from '../../wire/bytes.ts';

/** What a server answered. */
export interface DnsAnswer {
  /** `NOERROR`, `NXDOMAIN`; with the bits that EDNS adds (RFC 6891, 6.1.3). */
  readonly rcode: string;
  /** The resolver vouches for it (AD). */
  readonly authentic: boolean;
  /** There is more, over TCP (TC). */
  readonly truncated: boolean;
  /** The server understood EDNS. */
  readonly edns: boolean;
  /** Data of the first 100 records as a person reads it; what signs them is left out. */
  readonly answers: readonly string[];
}

// RFC 1035, 4.1.1
const FLAGS = 2;
const QUESTIONS = 4;
const ANSWERS = 6;
const AUTHORITIES = 8;
const ADDITIONALS = 10;
const QR = 0x8000;
const OPCODE = 0x7800;
const TC = 0x0200;
const AD = 0x0020;
const RCODE = 0x000f;
/** Name of one byte, type, class, TTL, length. */
const LEAST_RECORD = 11;
const AFTER_NAME = 10;
const RDLENGTH = 8;
const EXTENDED_RCODE = 4;
const OPT = 41;
const RRSIG = 46;
const MOST_ANSWERS = 100;
const LONGEST_ANSWER = 255;

/**
 * Whether a message answers a query of `dnsQuery`: its id, and its question, whatever the case of its letters. A server may
 * leave the question out, whatever it answers: the id, and where the message came from, say what it is about.
 */
export function answersQuery(message: Uint8Array, query: Uint8Array): boolean {
  if (message.length < DNS_HEADER || u16(message, 0) !== u16(query, 0)) return false;
  const flags = u16(message, FLAGS);
  if ((flags & QR) === 0 || (flags & OPCODE) !== 0) return false;
  const questions = u16(message, QUESTIONS);
  if (questions === 0) return true;
  const nameEnd = questions === 1 ? afterName(query, DNS_HEADER, query.length) : -1;
  if (nameEnd < 0 || message.length < nameEnd + 4) return false;
  for (let at = DNS_HEADER; at < nameEnd; at++) {
    if (lower(message[at]!) !== lower(query[at]!)) return false;
  }
  return u16(message, nameEnd) === u16(query, nameEnd) && u16(message, nameEnd + 2) === u16(query, nameEnd + 2);
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Reads a message of which `answersQuery` is true; null when its bytes do not hold what its header says. */
export function readDnsAnswer(message: Buffer): DnsAnswer | null {
  const flags = u16(message, FLAGS);
  const truncated = (flags & TC) !== 0;
  const plain = {
    rcode: dnsRcodeName(flags & RCODE),
    authentic: (flags & AD) !== 0,
    truncated,
    edns: false,
    answers: [],
  };
  const extended = extendedRcode(message);
  // what is truncated may end anywhere; all of it is asked for again
  if (extended === null) return truncated ? plain : null;
  // the section of answers alone is decoded, and a part of it: pointers within long messages cost the decoder half a second
  const head = Buffer.from(message);
  head.writeUInt16BE(Math.min(u16(message, ANSWERS), 2 * MOST_ANSWERS), ANSWERS);
  head.writeUInt32BE(0, AUTHORITIES);
  let decoded: readonly Answer[];
  try {
    decoded = dnsPacket.decode(head).answers ?? [];
  } catch {
    return truncated ? plain : null;
  }
  const nameEnd = u16(message, QUESTIONS) === 1 ? afterName(message, DNS_HEADER, message.length) : -1;
  const signatures = nameEnd >= 0 && u16(message, nameEnd) === RRSIG;
  const listed = decoded.filter(({ type }) => signatures || type !== 'RRSIG').slice(0, MOST_ANSWERS);
  return {
    ...plain,
    rcode: dnsRcodeName((flags & RCODE) | (Math.max(0, extended) << 4)),
    edns: extended >= 0,
    answers: listed.map((record) => answerText(record).slice(0, LONGEST_ANSWER)),
  };
}

/** Walks the records: the bits of EDNS, -1 without it, null when the message ends too soon. Follows no pointer. */
function extendedRcode(message: Uint8Array): number | null {
  const end = message.length;
  let at = DNS_HEADER;
  if (u16(message, QUESTIONS) === 1) {
    at = afterName(message, at, end);
    if (at < 0) return null;
    at += 4;
  }
  const records = u16(message, ANSWERS) + u16(message, AUTHORITIES) + u16(message, ADDITIONALS);
  if (records * LEAST_RECORD > end - at) return null;
  let found = -1;
  for (let index = 0; index < records; index++) {
    at = afterName(message, at, end);
    if (at < 0 || at + AFTER_NAME > end) return null;
    if (u16(message, at) === OPT) found = message[at + EXTENDED_RCODE]!;
    at += AFTER_NAME + u16(message, at + RDLENGTH);
    if (at > end) return null;
  }
  return found;
}

/** The data of a record as zone files have it, for the types that are met; RFC 3597, 5 for others. */
function answerText(record: Answer): string {
  switch (record.type) {
    case 'MX':
      return `${record.data.preference ?? 0} ${record.data.exchange}`;
    case 'SRV':
      return `${record.data.priority ?? 0} ${record.data.weight ?? 0} ${record.data.port} ${record.data.target}`;
    case 'SOA': {
      const { mname, rname, serial, refresh, retry, expire, minimum } = record.data;
      return [mname, rname, serial, refresh, retry, expire, minimum].join(' ');
    }
    case 'TXT':
      return (Array.isArray(record.data) ? record.data : [record.data]).map((part) => part.toString()).join('');
    case 'CAA':
      return `${record.data.flags ?? 0} ${record.data.tag} "${record.data.value}"`;
    case 'DS':
      return `${record.data.keyTag} ${record.data.algorithm} ${record.data.digestType} ${record.data.digest.toString('hex')}`;
    case 'DNSKEY':
      return `${record.data.flags} 3 ${record.data.algorithm} ${record.data.key.toString('base64')}`;
    case 'TLSA': {
      const { usage, selector, matchingType, certificate } = record.data;
      return `${usage} ${selector} ${matchingType} ${certificate.toString('hex')}`;
    }
    case 'SSHFP':
      return `${record.data.algorithm} ${record.data.hash} ${record.data.fingerprint.toLowerCase()}`;
    case 'HINFO':
      return `"${record.data.cpu}" "${record.data.os}"`;
    case 'NAPTR': {
      const { order, preference, flags, services, regexp, replacement } = record.data;
      return `${order} ${preference} "${flags}" "${services}" "${regexp}" ${replacement}`;
    }
    case 'RRSIG':
      return `${record.data.typeCovered} ${record.data.algorithm} ${record.data.labels} ${record.data.signersName}`;
    case 'NSEC':
      return `${record.data.nextDomain} ${record.data.rrtypes.join(' ')}`;
    default: {
      const data: unknown = 'data' in record ? record.data : null;
      if (typeof data === 'string') return data;
      return Buffer.isBuffer(data) ? `\\# ${data.length} ${data.toString('hex')}` : record.type;
    }
  }
}
