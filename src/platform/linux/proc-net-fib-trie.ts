import { parseIpv4 } from '../../core/net/ip-address.ts';
import { parsePrefix, prefixTest } from '../../core/net/ip-prefix.ts';
import type { RouteRow } from '../../core/record/tables/network-config.ts';

/** A leaf of the trie and the prefixes that end there; the last must be whole, a later one would be on a line of its own. */
const LEAF = /\|-- ([0-9.]{7,15})\n((?: +\/\d+ .*\n)+)/g;

/**
 * The machine's own IPv4 addresses, each once, in the order of /proc/net/fib_trie (net/ipv4/fib_trie.c): leaves that are
 * `/32 host LOCAL`. The file does not say which interface holds them.
 */
export function parseFibTrie(text: string): string[] {
  const addresses = new Set<string>();
  for (const [, address, prefixes] of text.matchAll(LEAF)) {
    if (prefixes!.includes('/32 host LOCAL\n') && parseIpv4(address!) !== null) addresses.add(address!);
  }
  return [...addresses];
}

/** An IPv4 address and the interface that its network is on. */
export interface PlacedAddress {
  readonly iface: string;
  /** With prefix length. */
  readonly cidr: string;
}

/**
 * Addresses with the interface that the narrowest on-link route around each leads to, and that route's prefix length; an
 * address without such a route is left out.
 */
export function placeAddresses(addresses: readonly string[], routes: readonly RouteRow[]): PlacedAddress[] {
  const networks = [{ iface: 'lo', prefix: parsePrefix('127.0.0.0/8')! }];
  for (const { family, dst, gateway, iface } of routes) {
    const prefix = family === 'ipv4' && gateway === null && iface !== null ? parsePrefix(dst) : null;
    if (prefix !== null) networks.push({ iface: iface!, prefix });
  }
  networks.sort((a, b) => b.prefix.length - a.prefix.length);
  const tests = networks.map(({ iface, prefix }) => ({ iface, length: prefix.length, holds: prefixTest(prefix) }));
  return addresses.flatMap((address) => {
    const network = tests.find(({ holds }) => holds(address));
    return network === undefined ? [] : [{ iface: network.iface, cidr: `${address}/${network.length}` }];
  });
}
