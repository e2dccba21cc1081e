import type { RouteRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import type { InterfaceReading, Reading } from '../../core/system/platform.ts';
import { type Ethtool, openEthtool } from './ethtool.ts';
import { flagNames } from './interface-flags.ts';
import { interfaceKind } from './interface-kind.ts';
import type { Netlink } from './netlink.ts';
import type { NetworkNamespace } from './netns.ts';
import { parseFibTrie, placeAddresses } from './proc-net-fib-trie.ts';
import { parseIfInet6 } from './proc-net-if-inet6.ts';
import { routesFromFiles } from './routes.ts';
import { openIn, readRows } from './rtnetlink.ts';
import { readAddresses } from './rtnetlink-addr.ts';
import { linkNames, readLinks } from './rtnetlink-link.ts';
import { readKernelRoutes } from './rtnetlink-route.ts';
import { isWireless, readSysClassNet } from './sys-class-net.ts';

/**
 * Every interface of a namespace, null for our own, in the order of the kernel. Throws a Failure
 * when there is nothing to read them from.
 */
export function readInterfaces(host: Host, netns: NetworkNamespace | null): Reading<InterfaceReading> {
  return readRows(
    host,
    netns,
    'kinds, parents and addresses of some interfaces',
    (netlink) => {
      const ethtool = openIn(netns, openEthtool);
      try {
        // /sys shows our own namespace only
        return fromKernel(netlink, ethtool, (name) => netns === null && isWireless(host, name));
      } finally {
        ethtool.close();
      }
    },
    () => fromFiles(host),
  );
}

function fromKernel(netlink: Netlink, ethtool: Ethtool, wireless: (name: string) => boolean): InterfaceReading[] {
  const links = readLinks(netlink);
  const nameOf = linkNames(links);
  const ipv4 = new Map<number, string[]>();
  const ipv6 = new Map<number, string[]>();
  for (const { index, family, addr, prefixLength } of readAddresses(netlink)) {
    append(family === 'ipv4' ? ipv4 : ipv6, index, `${addr}/${prefixLength}`);
  }
  const defaults = defaultRoutes(readKernelRoutes(netlink, nameOf));
  return links.map((link) => ({
    name: link.name,
    index: link.index,
    kind: interfaceKind({ ...link, wireless: link.driver === null && wireless(link.name) }),
    state: link.state,
    ipv4: ipv4.get(link.index) ?? [],
    ipv6: ipv6.get(link.index) ?? [],
    mac: link.mac,
    mtu: link.mtu,
    ...ethtool.settings(link.name),
    ...link.counters,
    flags: flagNames(link.flags),
    master: link.master === null ? null : nameOf(link.master),
    parent: link.parent === null ? null : nameOf(link.parent),
    alias: link.alias,
    default_route: defaults.get(link.name) ?? null,
  }));
}

function fromFiles(host: Host): InterfaceReading[] {
  const routes = routesFromFiles(host);
  const ipv4 = new Map<string, string[]>();
  const ipv6 = new Map<string, string[]>();
  const local = parseFibTrie(host.readIfAny('/proc/net/fib_trie') ?? '');
  for (const { iface, cidr } of placeAddresses(local, routes)) append(ipv4, iface, cidr);
  for (const { iface, cidr } of parseIfInet6(host.readIfAny('/proc/net/if_inet6') ?? '')) append(ipv6, iface, cidr);
  const defaults = defaultRoutes(routes);
  return readSysClassNet(host).map((row) => ({
    ...row,
    ipv4: ipv4.get(row.name) ?? [],
    ipv6: ipv6.get(row.name) ?? [],
    default_route: defaults.get(row.name) ?? null,
  }));
}

function append<K>(lists: Map<K, string[]>, key: K, value: string): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

/** For which families a default route, of any table, leaves each interface. */
function defaultRoutes(routes: readonly RouteRow[]): Map<string, 'ipv4' | 'ipv6' | 'both'> {
  const leaving = new Map<string, 'ipv4' | 'ipv6' | 'both'>();
  for (const { dst, kind, iface, family } of routes) {
    if (dst !== 'default' || kind !== 'unicast' || iface === null) continue;
    const known = leaving.get(iface) ?? family;
    leaving.set(iface, known === family ? family : 'both');
  }
  return leaving;
}
