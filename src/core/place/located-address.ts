import { type IpAddress, parseIp } from '../net/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../net/ip-prefix.ts';

/**
 * The address whose place is that of `text`, or null where nobody can have one. An address of IPv6 that carries one of
 * IPv4 is where that one is: IPv4-mapped, NAT64 by the well-known prefix (RFC 6052), 6to4 (RFC 3056), and Teredo, which
 * has the client's inverted (RFC 4380). Private, shared (CGN), loopback, link-local, documentation, benchmarking, multicast
 * and reserved addresses have none, and neither has what is no address. A zone (`%eth0`) is left out of account.
 */
export function locatedAddress(text: string): IpAddress | null {
  const zone = text.indexOf('%');
  const address = parseIp(zone < 0 ? text : text.slice(0, zone));
  if (address === null) return null;
  if (address.family === 'ipv4') return isWithin(address.bytes, NOWHERE_IPV4) ? null : address;
  const embedded = embeddedIpv4(address.bytes);
  if (embedded !== null) {
    return isWithin(embedded, NOWHERE_IPV4) ? null : { family: 'ipv4', bytes: embedded };
  }
  const isUnicast = isWithin(address.bytes, GLOBAL_UNICAST) && !isWithin(address.bytes, NOWHERE_IPV6);
  return isUnicast ? address : null;
}

/** IANA's registry of special-purpose addresses of IPv4, as far as it says that they are not reached from everywhere. */
const NOWHERE_IPV4 = prefixes(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10', // shared between a provider and its customers (CGN)
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24', // relays of 6to4, wherever the nearest is
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
);

/** All that IANA has given to networks is in here. */
const GLOBAL_UNICAST = prefixes('2000::/3');
const NOWHERE_IPV6 = prefixes('2001::/23', '2001:db8::/32', '3fff::/20');

/** Written as bytes: `parsePrefix` reads a block of IPv4-mapped addresses as the IPv4 block it stands for. */
const MAPPED: readonly IpPrefix[] = [
  { family: 'ipv6', bytes: Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0), length: 96 },
];
const NAT64 = prefixes('64:ff9b::/96');
const SIX_TO_FOUR = prefixes('2002::/16');
const TEREDO = prefixes('2001::/32');

function embeddedIpv4(bytes: Uint8Array): Uint8Array | null {
  if (isWithin(bytes, MAPPED) || isWithin(bytes, NAT64)) return bytes.slice(12, 16);
  if (isWithin(bytes, SIX_TO_FOUR)) return bytes.slice(2, 6);
  if (isWithin(bytes, TEREDO)) return bytes.slice(12, 16).map((byte) => byte ^ 0xff);
  return null;
}

function prefixes(...texts: readonly string[]): readonly IpPrefix[] {
  return texts.map((text) => parsePrefix(text)!);
}

function isWithin(bytes: Uint8Array, blocks: readonly IpPrefix[]): boolean {
  return blocks.some((block) => block.bytes.length === bytes.length && startsWith(bytes, block));
}

function startsWith(bytes: Uint8Array, { bytes: start, length }: IpPrefix): boolean {
  const whole = length >>> 3;
  for (let index = 0; index < whole; index++) if (bytes[index] !== start[index]) return false;
  const rest = length & 7;
  return rest === 0 || (bytes[whole]! ^ start[whole]!) >>> (8 - rest) === 0;
}
