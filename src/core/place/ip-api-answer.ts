import { formatIp, parseIp } from '../net/ip-address.ts';
import { asObject, BoundedReader, member, parseBoundedJson, wholeNumber } from './bounded-json.ts';
import { MOST_ASN } from './special-asn.ts';
import type { PlaceFacts } from './whois-row.ts';

/** What is asked for: names of ip-api.com. */
export const IP_API_FIELDS = 'status,message,countryCode,city,as,query';

/**
 * Reads what ip-api.com says of an address. What is missing, or is not of its type, is null; a text that is no such answer, or is about
 * another address, is a fault. Never throws.
 */
export function parseIpApiAnswer(text: string, addr: string): PlaceFacts | { readonly fault: string } {
  const answer = asObject(parseBoundedJson(text));
  if (answer === null) return { fault: 'the answer is no JSON object' };
  const read = new BoundedReader();
  const status = member(answer, 'status');
  if (status === 'fail') return { fault: read.text(member(answer, 'message')) ?? 'it knows no such address' };
  if (status !== 'success') return { fault: 'the answer has no status' };
  const query = read.text(member(answer, 'query')) ?? '';
  const about = query.length < 64 ? parseIp(query) : null;
  if (about === null || formatIp(about) !== addr) return { fault: `the answer is not about ${addr}` };
  const country = read.text(member(answer, 'countryCode'));
  const [, number, org] = /^AS([0-9]{1,10})(?: +(.+))?$/s.exec(read.text(member(answer, 'as')) ?? '') ?? [];
  return {
    country: country !== null && /^[A-Z]{2}$/.test(country) ? country : null,
    city: read.text(member(answer, 'city')),
    asn: number === undefined ? null : wholeNumber(number, MOST_ASN),
    org: org ?? null,
    prefix: null,
    source: 'ip-api.com',
  };
}
