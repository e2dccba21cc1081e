import { address, bytes, choice, integer, list, maybe, seconds, shown, text, WHOLE } from '../field.ts';
import { type Row, table } from '../table.ts';

const FAMILY = ['ipv4', 'ipv6'] as const;

/** One row per route of every table; names are those of `ip route`. */
export const route = table('route', 'One row per route.', {
  family: choice('Address family.', FAMILY, shown('FAMILY', 6)),
  dst: address('Destination prefix, or default.', shown('DST', 1)),
  gateway: maybe(address('Next hop; null when the destination is on the link.', shown('GATEWAY', 1))),
  iface: maybe(text('Outgoing interface; null for unreachable, blackhole and prohibit routes.', shown('IFACE', 1))),
  metric: maybe(integer('Priority; the lower wins.', shown('METRIC', 2))),
  src: maybe(address('Preferred source address.', shown('SRC', 2))),
  scope: maybe(text('Scope: global, link, host, site or nowhere.', shown('SCOPE', 5))),
  proto: maybe(text('Who added it: kernel, boot, static, dhcp, ra, bgp ...', shown('PROTO', 4))),
  table: maybe(text('Routing table: main, local, default or a number.', shown('TABLE', 5))),
  kind: maybe(
    text('Type: unicast, local, broadcast, multicast, anycast, blackhole, unreachable, prohibit.', shown('KIND', 3)),
  ),
  from: maybe(address('Only packets from this prefix take it; null for all.', shown('FROM', 5))),
  weight: maybe(integer('Share of this next hop among those of a route with several.', shown('WEIGHT', 6))),
  flags: list('State and flags: onlink, linkdown, dead, pervasive, offload, trap, unresolved.', shown('FLAGS', 6)),
  tos: maybe(integer('Only packets with this type of service take it; null for all.')),
  mtu_bytes: maybe(bytes('Largest packet on it, where one is set.')),
  expires_s: maybe(seconds('Seconds until it ends; null for never.')),
  pref: maybe(text('Preference of a router (RFC 4191): low, medium, high.')),
});
export type RouteRow = Row<typeof route>;

/** What is seldom set of a route, as not set. */
export const PLAIN_ROUTE = {
  from: null,
  weight: null,
  flags: [],
  tos: null,
  mtu_bytes: null,
  expires_s: null,
  pref: null,
} as const satisfies Partial<RouteRow>;

/** One row per server that names are asked of; behind a local stub, the servers the stub asks. */
export const dnsServer = table('dns_server', 'One row per DNS server in use.', {
  addr: address('Address of the server.', shown('ADDR', 1)),
  port: integer('Port.', shown('PORT', 4)),
  iface: maybe(text('Interface it belongs to; null where it serves every one.', shown('IFACE', 2))),
  search: list('Search domains that go with it.', shown('SEARCH', 2)),
  source: text('The file or tool it was read from.', shown('SOURCE', 3)),
});
export type DnsServerRow = Row<typeof dnsServer>;

/** One row per entry of the ARP and IPv6 neighbour tables. */
export const neighbor = table(
  'neighbor',
  'One row per neighbour on the link (ARP, NDP).',
  {
    addr: address('Address of the neighbour.', shown('ADDR', 1)),
    mac: maybe(text('Hardware address; null while unresolved.', shown('MAC', 1, WHOLE))),
    iface: text('Interface.', shown('IFACE', 2)),
    state: maybe(
      text(
        'NUD state: REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE, PERMANENT; null where only a table without states is read.',
        shown('STATE', 1),
      ),
    ),
    host: maybe(text('Name of addr by reverse DNS, with --resolve.')),
    vendor: maybe(text('To whom IEEE gave the block of mac; null for one that is local or unknown.')),
  },
  { hosts: { host: 'addr' }, places: { vendor: { of: 'mac', is: 'vendor' } } },
);
export type NeighborRow = Row<typeof neighbor>;

/** This machine, one row. */
export const host = table('host', 'This machine, one row.', {
  hostname: text('Host name.', shown('HOSTNAME', 1)),
  os: text('Operating system and its release.', shown('OS', 2)),
  kernel: maybe(text('Kernel release.', shown('KERNEL', 4))),
  uptime_s: maybe(seconds('Seconds since boot.', shown('UPTIME', 3))),
  gateway: list('Default gateways, the one in use first.', shown('GATEWAY', 1)),
  dns: list('DNS servers.', shown('DNS', 1)),
});
export type HostRow = Row<typeof host>;
