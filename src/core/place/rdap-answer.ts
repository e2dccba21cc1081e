import { parseIp } from '../net/ip-address.ts';
import { holds, type IpPrefix, parsePrefix } from '../net/ip-prefix.ts';
import { REGISTRIES } from '../record/tables/whois.ts';
import {
  asObject,
  BoundedReader,
  type JsonObject,
  MOST_LIST,
  member,
  parseBoundedJson,
  wholeNumber,
} from './bounded-json.ts';
import { countryCode } from './country-code.ts';
import type { RdapQuery } from './rdap-bootstrap.ts';
import { type Contact, contactsOf } from './rdap-contact.ts';
import { MOST_ASN } from './special-asn.ts';
import { formatPrefix, widestPrefix } from './widest-prefix.ts';

export type Registry = (typeof REGISTRIES)[number];

/** What a registry says of a network or an autonomous system: members of RFC 9083, 5.4 and 5.5, bounded. */
export interface RdapAnswer {
  readonly handle: string | null;
  readonly name: string | null;
  readonly type: string | null;
  /** ISO 3166-1 code: of the network, or else of its holder's postal address. */
  readonly country: string | null;
  readonly startAddress: string | null;
  readonly endAddress: string | null;
  /** The block of the network that holds what was asked for. */
  readonly prefix: string | null;
  readonly parentHandle: string | null;
  readonly status: readonly string[];
  readonly port43: string | null;
  readonly org: string | null;
  readonly orgHandle: string | null;
  readonly abuseEmail: string | null;
  readonly abusePhone: string | null;
  /** ISO 8601, UTC. */
  readonly registered: string | null;
  readonly changed: string | null;
  /** Autonomous systems from which the registry says that the network is announced. */
  readonly originAsns: readonly number[];
  readonly remarks: readonly string[];
  readonly registry: Registry | null;
  /** Whether some of it was longer than a field may be. */
  readonly isCut: boolean;
}

/** Why a text is no answer to the query, in words. */
export interface NoAnswer {
  readonly fault: string;
}

/**
 * Reads an RDAP answer. What is missing, or is not of the type that RFC 9083 gives it, is null; a text that is no RDAP object of the
 * kind, or speaks of other numbers than those asked for, is a fault. Never throws.
 */
export function parseRdapAnswer(text: string, query: RdapQuery): RdapAnswer | NoAnswer {
  const answer = asObject(parseBoundedJson(text));
  if (answer === null) return { fault: 'the answer is no JSON object' };
  const expected = query.kind === 'asn' ? 'autnum' : 'ip network';
  if (member(answer, 'objectClassName') !== expected)
    return { fault: `the answer is no RDAP object of class "${expected}"` };
  if (isAboutOthers(answer, query)) return { fault: `the answer is not about ${query.text}` };
  const read = new BoundedReader();
  const contacts = contactsOf(answer, read);
  const holder = holderOf(contacts);
  const abuse = contacts.find(({ roles, email }) => roles.includes('abuse') && email !== null);
  const remarks = remarksOf(answer, read);
  const port43 = read.text(member(answer, 'port43'));
  const country = read.text(member(answer, 'country')) ?? holder?.country ?? null;
  return {
    handle: read.text(member(answer, 'handle')),
    name: read.text(member(answer, 'name')),
    type: read.text(member(answer, 'type')),
    country: country === null ? null : countryCode(country),
    startAddress: read.text(member(answer, 'startAddress')),
    endAddress: read.text(member(answer, 'endAddress')),
    prefix: query.kind === 'asn' ? null : prefixOf(answer, query.of, read),
    parentHandle: read.text(member(answer, 'parentHandle')),
    status: read.texts(member(answer, 'status')),
    port43,
    org: holder?.org ?? holder?.name ?? remarks.find(({ isDescription }) => isDescription)?.lines[0] ?? null,
    orgHandle: holder?.handle ?? null,
    abuseEmail: abuse?.email ?? null,
    abusePhone: abuse?.phone ?? null,
    registered: eventTime(answer, 'registration', read),
    changed: eventTime(answer, 'last changed', read),
    originAsns: originsOf(answer, read),
    remarks: remarks.flatMap(({ lines }) => lines).slice(0, MOST_LIST),
    registry: REGISTRIES.find((one) => port43?.toLowerCase() === `whois.${one}.net`) ?? null,
    isCut: read.isCut || remarks.reduce((sum, { lines }) => sum + lines.length, 0) > MOST_LIST,
  };
}

/** Whether the range that is given lies elsewhere; a range that cannot be read is no reason to doubt the answer. */
function isAboutOthers(answer: JsonObject, query: RdapQuery): boolean {
  if (query.kind === 'asn') {
    const first = wholeNumber(member(answer, 'startAutnum'), MOST_ASN);
    const last = wholeNumber(member(answer, 'endAutnum'), MOST_ASN) ?? first;
    return first !== null && last !== null && (query.asn < first || query.asn > last);
  }
  const range = rangeOf(answer);
  return range !== null && widestPrefix(range.first, range.last, query.of) === null;
}

function rangeOf(answer: JsonObject): { readonly first: Uint8Array; readonly last: Uint8Array } | null {
  const [first, last] = ['startAddress', 'endAddress'].map((name) => {
    const text = member(answer, name);
    return typeof text === 'string' && text.length < 64 ? parseIp(text.trim()) : null;
  });
  return first && last ? { first: first.bytes, last: last.bytes } : null;
}

/** The block that holds what was asked: one of the extension cidr0, or else the widest within the range. */
function prefixOf(answer: JsonObject, asked: IpPrefix, read: BoundedReader): string | null {
  for (const one of read.objects(member(answer, 'cidr0_cidrs'))) {
    const start = member(one, 'v4prefix') ?? member(one, 'v6prefix');
    const block = typeof start === 'string' ? parsePrefix(`${start.trim()}/${String(member(one, 'length'))}`) : null;
    if (block !== null && holds(block, asked)) return formatPrefix(block);
  }
  const range = rangeOf(answer);
  const widest = range === null ? null : widestPrefix(range.first, range.last, asked);
  return widest === null ? null : formatPrefix(widest);
}

/**
 * Who holds it. Registries also name those who maintain the record as registrants: an organization comes before a person, and a
 * name before a handle that stands in its place.
 */
function holderOf(contacts: readonly Contact[]): Contact | null {
  const registrants = contacts.filter(({ roles }) => roles.includes('registrant'));
  const rank = ({ kind, name, org, handle }: Contact): number =>
    (kind === 'org' ? 4 : 0) + (org !== null ? 2 : 0) + (name !== null && name !== handle ? 1 : 0);
  const best = registrants.toSorted((a, b) => rank(b) - rank(a))[0];
  return best === undefined || rank(best) === 0 ? null : best;
}

interface Remark {
  readonly isDescription: boolean;
  readonly lines: readonly string[];
}

function remarksOf(answer: JsonObject, read: BoundedReader): readonly Remark[] {
  return read.objects(member(answer, 'remarks')).map((remark) => ({
    isDescription: /^desc/i.test(read.text(member(remark, 'title')) ?? ''),
    lines: read.texts(member(remark, 'description')),
  }));
}

function eventTime(answer: JsonObject, action: string, read: BoundedReader): string | null {
  for (const event of read.objects(member(answer, 'events'))) {
    if (member(event, 'eventAction') !== action) continue;
    const time = isoTime(member(event, 'eventDate'));
    if (time !== null) return time;
  }
  return null;
}

/** RFC 3339, with an offset, or a date alone. */
function isoTime(value: unknown): string | null {
  if (
    typeof value !== 'string' ||
    !/^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:.]{5,20}(Z|[+-][0-9]{2}:?[0-9]{2}))?$/.test(value)
  )
    return null;
  const time = Date.parse(value);
  return Number.isNaN(time) ? null : new Date(time).toISOString();
}

/** Numbers of ARIN, texts such as AS28001 of LACNIC, and one number of NIC.br. */
function originsOf(answer: JsonObject, read: BoundedReader): readonly number[] {
  const given = [
    ...read.list(member(answer, 'arin_originas0_originautnums')),
    ...read.list([member(answer, 'lacnic_originAutnum')].flat()),
    member(answer, 'nicbr_autnum'),
  ];
  const numbers = given.flatMap((one) => {
    const bare = typeof one === 'string' ? one.replace(/^as/i, '') : one;
    return wholeNumber(bare, MOST_ASN) ?? [];
  });
  return [...new Set(numbers)].filter((asn) => asn > 0).slice(0, MOST_LIST);
}
