import type { IpAddress } from '../net/ip-address.ts';
import { locatedAddress } from '../net/located-address.ts';
import { NO_FACTS, type PlaceFacts } from '../net/place-facts.ts';
import { blockAround, formatPrefix } from './widest-prefix.ts';

/** The same, with where it is known from. */
export interface AddressPlace extends PlaceFacts {
  /** The block, in CIDR, to which all of this applies; null when nothing is known. */
  readonly prefix: string | null;
  /** The databases that know it, by file name, joined by commas; null when none does. */
  readonly source: string | null;
}

/** What is known of addresses without asking anybody. Nothing here throws, and nothing leaves the machine. */
export interface Places {
  /** ISO 3166-1 code of its country; null for an address that is private, unknown, or none. */
  countryOf(address: string): string | null;
  /** Every field is null for an address that is private, unknown, or none. What was asked lately is remembered. */
  factsOf(address: string): PlaceFacts;
  /** The same, looked up each time. */
  placeOf(address: string): AddressPlace;
  /** The organization that IEEE gave the block of a hardware address to; null for one that is local, a group, or unknown. */
  vendorOf(mac: string): string | null;
}

/** What one database says of an address. */
export interface DatabaseAnswer {
  readonly country: string | null;
  readonly city: string | null;
  readonly asn: number | null;
  readonly org: string | null;
  /** Bits of the block that has this answer. */
  readonly prefixLength: number;
}

/** A database of addresses. */
export interface PlaceDatabase {
  /** Its file name. */
  readonly name: string;
  /** Null where it says nothing. Never throws. */
  find(address: IpAddress): DatabaseAnswer | null;
}

/** What places are looked up in. Each function is called once, and only when something is asked. */
export interface PlaceSources {
  /** In the order of trust: of two that disagree, the first is believed. */
  openDatabases(): readonly PlaceDatabase[];
  openVendors(): (mac: string) => string | null;
}

/** What is known of an address that is in no database. */
export const NOWHERE: AddressPlace = { ...NO_FACTS, prefix: null, source: null };

/**
 * Answers that are remembered, each at a place of its own, which the next one that belongs there takes: strangers choose how many
 * addresses there are. Of 81,000 conversations a twentieth more are looked up than where the last 20,000 are known, which took
 * 8 MB, and more time to keep than to look up. A power of two.
 */
const REMEMBERED = 16_384;
/** Facts that are shared; beyond, sharing begins anew. */
const MOST_SHARED = 4096;

export function openPlaces(sources: PlaceSources): Places {
  const asked: string[] = new Array<string>(REMEMBERED).fill('');
  const answers: PlaceFacts[] = new Array<PlaceFacts>(REMEMBERED).fill(NO_FACTS);
  const shared = new SharedFacts();
  let databases: readonly PlaceDatabase[] | null = null;
  let vendorOf: ((mac: string) => string | null) | null = null;

  function factsOf(text: string): PlaceFacts {
    const at = placeIn(text);
    if (asked[at] === text) return answers[at]!;
    const address = locatedAddress(text);
    const facts = address === null ? NO_FACTS : shared.of(askAll(opened(), address));
    // also of one that is nowhere: thousands of connections to this machine itself took a quarter of the time of a listing
    asked[at] = text;
    answers[at] = facts;
    return facts;
  }

  function opened(): readonly PlaceDatabase[] {
    databases ??= sources.openDatabases();
    return databases;
  }

  return {
    countryOf: (address) => factsOf(address).country,
    factsOf,
    placeOf(text) {
      const address = locatedAddress(text);
      return address === null ? NOWHERE : placeWith(askAll(opened(), address), address);
    },
    vendorOf(mac) {
      vendorOf ??= sources.openVendors();
      return vendorOf(mac);
    },
  };
}

/** Of all countries and networks there are few: what is remembered of addresses is the same objects. */
class SharedFacts {
  private readonly known = new Map<string, PlaceFacts>();

  of({ country, city, asn, org }: PlaceFacts): PlaceFacts {
    const key = `${country}|${asn}|${city}|${org}`;
    const known = this.known.get(key);
    // texts of databases may hold what parts them
    if (known?.country === country && known.asn === asn && known.city === city && known.org === org) return known;
    const facts = { country, city, asn, org };
    if (this.known.size >= MOST_SHARED) this.known.clear();
    this.known.set(key, facts);
    return facts;
  }
}

/** Which of the remembered places a text belongs to. Who makes them collide gains nothing but that they are looked up anew. */
function placeIn(text: string): number {
  let hash = text.length;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193); // FNV-1a
  return (hash ^ (hash >>> 15)) & (REMEMBERED - 1);
}

/** Facts, and what they are of. */
interface Found extends PlaceFacts {
  /** Bits of the block to which all of them apply. */
  readonly prefixLength: number;
  /** The databases that know them. */
  readonly names: readonly string[];
}

/** Each fact is of the first database that has it; a city only together with its own country, an organization with its number. */
function askAll(databases: readonly PlaceDatabase[], address: IpAddress): Found {
  let { country, city, asn, org } = NO_FACTS;
  let prefixLength = 0;
  const names: string[] = [];
  for (const database of databases) {
    if (country !== null && city !== null && asn !== null) break;
    const answer = database.find(address);
    if (answer === null) continue;
    let isUsed = false;
    const agrees = country === null || answer.country === null || answer.country === country;
    if (city === null && answer.city !== null && agrees) {
      city = answer.city;
      isUsed = true;
    }
    if (country === null && answer.country !== null) {
      country = answer.country;
      isUsed = true;
    }
    if (asn === null && org === null && (answer.asn !== null || answer.org !== null)) {
      asn = answer.asn;
      org = answer.org;
      isUsed = true;
    }
    if (!isUsed) continue;
    prefixLength = Math.max(prefixLength, answer.prefixLength);
    names.push(database.name);
  }
  return { country, city, asn, org, prefixLength, names };
}

function placeWith({ prefixLength, names, ...facts }: Found, address: IpAddress): AddressPlace {
  if (names.length === 0) return NOWHERE;
  return { ...facts, prefix: formatPrefix(blockAround(address, prefixLength)), source: names.join(', ') };
}
