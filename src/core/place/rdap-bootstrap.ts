import { holds, parsePrefix } from '../net/ip-prefix.ts';
import { asObject, member, parseBoundedJson, wholeNumber } from './bounded-json.ts';
import { MOST_ASN } from './special-asn.ts';
import type { WhoisOperand } from './whois-operand.ts';

/** IANA's lists of who answers for what (RFC 9224). */
export type BootstrapList = 'ipv4' | 'ipv6' | 'asn';

/** What can be asked for by RDAP. */
export type RdapQuery = Exclude<WhoisOperand, { readonly kind: 'mac' }>;

export const bootstrapListFor = (query: RdapQuery): BootstrapList => (query.kind === 'asn' ? 'asn' : query.of.family);

/** The path of a query below the base of a service (RFC 9082, 3.1). */
export function rdapPath(query: RdapQuery): string {
  return query.kind === 'asn' ? `autnum/${query.asn}` : `ip/${query.text}`;
}

/** IANA's own lists have fewer than 30 services, of fewer than 1000 blocks each. */
const MOST_SERVICES = 1000;
const MOST_ENTRIES = 20_000;

/**
 * The base URL, over https, of the service that is responsible for the query: that of the longest block which holds it
 * (RFC 9224, 5). Null when there is none; undefined when the text is no such list.
 */
export function serviceFor(list: string, query: RdapQuery): string | null | undefined {
  const services = member(asObject(parseBoundedJson(list)), 'services');
  if (!Array.isArray(services) || services.length === 0 || services.length > MOST_SERVICES) return undefined;
  let best: { readonly rank: number; readonly base: string } | null = null;
  let entries = 0;
  for (const service of services) {
    if (!Array.isArray(service) || !Array.isArray(service[0]) || !Array.isArray(service[1])) continue;
    const base = service[1].map(httpsBase).find((one) => one !== null);
    entries += service[0].length;
    if (base === undefined || base === null || entries > MOST_ENTRIES) continue;
    for (const entry of service[0]) {
      const rank = rankOf(entry, query);
      if (rank !== null && (best === null || rank > best.rank)) best = { rank, base };
    }
  }
  return best?.base ?? null;
}

/** How closely an entry fits; null where it does not. */
function rankOf(entry: unknown, query: RdapQuery): number | null {
  if (typeof entry !== 'string' || entry.length > 64) return null;
  if (query.kind === 'asn') {
    const [first = '', last = first] = entry.split('-', 2);
    const [from, to] = [wholeNumber(first, MOST_ASN), wholeNumber(last, MOST_ASN)];
    return from !== null && to !== null && query.asn >= from && query.asn <= to ? MOST_ASN - (to - from) : null;
  }
  const block = parsePrefix(entry);
  return block !== null && holds(block, query.of) ? block.length : null;
}

/** RFC 9224, 3: a base ends with a slash. */
function httpsBase(url: unknown): string | null {
  if (typeof url !== 'string' || url.length > 200 || !/^https:\/\//i.test(url)) return null;
  return url.endsWith('/') ? url : `${url}/`;
}
