import { usageError } from '../failure.ts';
import { foldMapped, formatIp, parseIp } from '../net/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../net/ip-prefix.ts';
import { MOST_ASN } from './special-asn.ts';

/** What somebody asks about. `text` is its canonical spelling. */
export type WhoisOperand =
  | { readonly kind: 'addr'; readonly text: string; readonly of: IpPrefix }
  | { readonly kind: 'prefix'; readonly text: string; readonly of: IpPrefix }
  | { readonly kind: 'asn'; readonly text: string; readonly asn: number }
  | { readonly kind: 'mac'; readonly text: string };

/** `00:1a:2b:3c:4d:5e`, `00-1A-…`, and `001a.2b3c.4d5e`. */
const MAC = /^([0-9a-f]{2}([:-])[0-9a-f]{2}(?:\2[0-9a-f]{2}){4}|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4})$/i;
const ASN = /^as(0|[1-9][0-9]{0,9})$/i;

/**
 * Reads an address of IPv4 or IPv6, a block of them (host bits are cleared), the number of an autonomous system, or a hardware
 * address. A zone is left out of account, and an IPv4-mapped address is one of IPv4. Throws Failure 64 for anything else.
 */
export function parseWhoisOperand(typed: string): WhoisOperand {
  if (MAC.test(typed)) {
    const digits = typed.toLowerCase().replace(/[^0-9a-f]/g, '');
    return { kind: 'mac', text: digits.replace(/..(?!$)/g, '$&:') };
  }
  const asn = ASN.exec(typed)?.[1];
  if (asn !== undefined && Number(asn) <= MOST_ASN) return { kind: 'asn', text: `AS${asn}`, asn: Number(asn) };
  if (typed.includes('/')) {
    const of = parsePrefix(typed);
    if (of !== null) return { kind: 'prefix', text: `${formatIp(of)}/${of.length}`, of };
  } else {
    const [bare = '', zone] = typed.split('%', 2);
    const written = zone === '' ? null : parseIp(bare);
    if (written !== null) {
      const address = parseIp(foldMapped(formatIp(written)))!;
      return { kind: 'addr', text: formatIp(address), of: { ...address, length: address.bytes.length * 8 } };
    }
  }
  throw usageError(`"${typed}" is no address, prefix, AS number or hardware address`, { hint: hintFor(typed) });
}

function hintFor(typed: string): string {
  if (/^[0-9]{1,10}$/.test(typed)) return `an autonomous system is written AS${typed}`;
  const [, bare, length] = /^([^/]*)\/([0-9]+)$/.exec(typed) ?? [];
  const of = bare === undefined ? null : parseIp(bare);
  if (of !== null) return `/${length} is longer than such an address, which has ${of.bytes.length * 8} bits`;
  if (/^[0-9a-f.:]+ ?- ?[0-9a-f.:]+$/i.test(typed))
    return 'a range is asked about by its first address, or as a prefix: 192.0.2.0/24';
  if (/^[0-9.]+(\/[0-9]+)?$/.test(typed)) return 'an IPv4 address has four parts without leading zeros: 192.0.2.1';
  if (/^(?=.*[a-z])[\w-]+(\.[\w-]+)+\.?$/i.test(typed))
    return `netwatch probe dns:///${typed} finds the addresses of a name`;
  return 'such as 192.0.2.1, 2001:db8::/32, AS64496 or 00:00:5e:00:53:01';
}
