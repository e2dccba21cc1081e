import { Reader, type Response } from 'mmdb-lib';
import { formatIp } from '../net/ip-address.ts';
import type { DatabaseAnswer, PlaceDatabase } from './places.ts';
import { isCheap, isMapAt } from './value-walk.ts';

export const MARKER = Buffer.from('\xab\xcd\xefMaxMind.com', 'latin1');
/** The metadata begin within these last bytes of a file. */
export const METADATA_BYTES = 128 * 1024;
/** Zeros between the search tree and the data. */
const SEPARATOR_BYTES = 16;
const LONGEST_TEXT = 200;

/** Why bytes are no database that can be read, in words. */
export class NotADatabase extends Error {}

/**
 * A database in the MaxMind DB format 2.0, as MaxMind, DB-IP, IPinfo and ip-location-db publish them, of countries, cities
 * or autonomous systems. Whoever wrote it, to look up an address takes little time and memory. An entry that is damaged says
 * nothing; `sayDamaged` is called at the first one. Throws NotADatabase.
 */
export function openMmdb(name: string, bytes: Buffer, sayDamaged: () => void = () => {}): PlaceDatabase {
  const marker = soundMarker(bytes);
  let data = Number.NaN;
  let isMeasured = true;
  // mmdb-lib asks for what it may have decoded already, first for an entry and then for each pointer in it
  const reader = read(bytes, {
    get(offset) {
      if (!isMeasured && !isCheap(bytes, data, Number(offset))) throw new NotADatabase('an entry is damaged');
      isMeasured = true;
    },
    set() {},
  });
  data = dataStart(reader.metadata, marker);
  const hasIpv6 = reader.metadata.ipVersion === 6;
  let isSaid = false;
  return {
    name,
    find(address) {
      if (address.family === 'ipv6' && !hasIpv6) return null;
      isMeasured = false;
      try {
        const [found, prefixLength] = reader.getWithPrefixLength(formatIp(address));
        return answerOf(found, prefixLength);
      } catch {
        if (!isSaid) sayDamaged();
        isSaid = true;
        return null;
      }
    },
  };
}

/** The offset of the marker, when the metadata behind it can be decoded: mmdb-lib does that without asking. */
function soundMarker(bytes: Buffer): number {
  const most = Math.min(METADATA_BYTES, bytes.length);
  const found = bytes.subarray(bytes.length - most).lastIndexOf(MARKER);
  if (found < 0) throw new NotADatabase(most === 0 ? 'it is empty' : 'it is no database of addresses, or cut off');
  const marker = bytes.length - most + found;
  const start = marker + MARKER.length;
  // mmdb-lib, which searches from the end, does not see a marker behind which its own end stands once more
  const isHidden = bytes.subarray(start, start + MARKER.length - 2).equals(MARKER.subarray(2));
  if (isHidden || !isMapAt(bytes, start) || !isCheap(bytes, start, start))
    throw new NotADatabase('its metadata are damaged');
  return marker;
}

/** Where the data begin. Throws when what is before `marker` cannot hold all that the metadata say. */
function dataStart(metadata: Reader<Response>['metadata'], marker: number): number {
  const { binaryFormatMajorVersion: version, ipVersion, nodeCount, searchTreeSize } = metadata;
  if (version !== 2) throw new NotADatabase(`it has version ${Number(version)} of the format, not 2`);
  if (!Number.isInteger(nodeCount) || nodeCount === 0 || (ipVersion !== 4 && ipVersion !== 6))
    throw new NotADatabase('its metadata are damaged');
  const start = searchTreeSize + SEPARATOR_BYTES;
  if (start > marker) throw new NotADatabase('it is shorter than its metadata say');
  return start;
}

interface EntryCache {
  get(offset: string | number): undefined;
  set(): void;
}

function read(bytes: Buffer, cache: EntryCache): Reader<Response> {
  try {
    return new Reader<Response>(bytes, { cache });
  } catch (error) {
    // also when its search tree leads out of the file
    throw new NotADatabase('its metadata are damaged', { cause: error });
  }
}

function answerOf(found: unknown, prefixLength: number): DatabaseAnswer | null {
  if (!isMap(found)) return null;
  const country =
    countryCode(within(found.country, 'iso_code')) ?? countryCode(found.country_code) ?? countryCode(found.country);
  const city = textOf(within(within(found.city, 'names'), 'en')) ?? textOf(found.city);
  const asn = numberOf(found.autonomous_system_number) ?? numberOf(found.asn);
  const org = textOf(found.autonomous_system_organization) ?? textOf(found.as_name) ?? textOf(found.name);
  if (country === null && city === null && asn === null && org === null) return null;
  return { country, city, asn, org, prefixLength };
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const within = (value: unknown, key: string): unknown =>
  isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;

const countryCode = (value: unknown): string | null =>
  typeof value === 'string' && /^[A-Za-z]{2}$/.test(value) ? value.toUpperCase() : null;

const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value.slice(0, LONGEST_TEXT) : null;

/** A number, or as IPinfo writes it: AS13335. */
function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 && value < 2 ** 32 ? value : null;
  const digits = typeof value === 'string' ? /^AS([0-9]{1,10})$/.exec(value)?.[1] : undefined;
  return digits === undefined ? null : numberOf(Number(digits));
}
