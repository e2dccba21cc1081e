import { Reader, type Response } from 'mmdb-lib';
import { formatIp } from '../net/ip-address.ts';
import { AgedMap } from '../wire/aged-map.ts';
import type { DatabaseAnswer, PlaceDatabase } from './places.ts';

/** Decoded parts of a database that are kept: each is then decoded once, however many others point at it. */
const MOST_DECODED = 20_000;
const LONGEST_TEXT = 200;

/**
 * A database in the MaxMind DB format 2.0, as MaxMind, DB-IP, IPinfo and ip-location-db publish them, of countries, cities
 * or autonomous systems. Throws an Error when the bytes are none. A part that is damaged says nothing.
 */
export function openMmdb(name: string, bytes: Buffer): PlaceDatabase {
  const decoded = new AgedMap<number, object>(MOST_DECODED);
  const cache = {
    get: (key: string | number) => decoded.get(Number(key)),
    set: (key: string | number, value: object) => decoded.add(Number(key), value),
  };
  const reader = new Reader<Response>(bytes, { cache: cache as never });
  const hasIpv6 = reader.metadata.ipVersion === 6;
  return {
    name,
    find(address) {
      if (address.family === 'ipv6' && !hasIpv6) return null;
      try {
        const [found, prefixLength] = reader.getWithPrefixLength(formatIp(address));
        return answerOf(found, prefixLength);
      } catch {
        return null;
      }
    },
  };
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
