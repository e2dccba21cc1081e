import { address, choice, integer, list, maybe, seconds, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

const FAMILY = ['ipv4', 'ipv6'] as const;

/** One row per route of every table; names are those of `ip route`. */
export const route = table('route', 'One row per route.', {
  family: choice('Address family.', FAMILY, shown('FAMILY')),
  dst: address('Destination prefix, or default.', shown('DST')),
  gateway: maybe(address('Next hop; null when the destination is on the link.', shown('GATEWAY'))),
  iface: maybe(text('Outgoing interface; null for unreachable, blackhole and prohibit routes.', shown('IFACE'))),
  metric: maybe(integer('Priority; the lower wins.', shown('METRIC'))),
  src: maybe(address('Preferred source address.', shown('SRC'))),
  scope: maybe(text('Scope: global, link, host, site or nowhere.', shown('SCOPE'))),
  proto: maybe(text('Who added it: kernel, boot, static, dhcp, ra, bgp ...', shown('PROTO'))),
  table: maybe(text('Routing table: main, local, default or a number.', shown('TABLE'))),
  kind: maybe(text('Type: unicast, local, broadcast, multicast, anycast, blackhole, unreachable, prohibit.')),
});
export type RouteRow = Row<typeof route>;

/** One row per server that names are asked of; behind a local stub, the servers the stub asks. */
export const dnsServer = table('dns_server', 'One row per DNS server in use.', {
  addr: address('Address of the server.', shown('ADDR')),
  port: integer('Port.', shown('PORT')),
  iface: maybe(text('Interface it belongs to; null where it serves every one.', shown('IFACE'))),
  search: list('Search domains that go with it.', shown('SEARCH')),
  source: text('The file or tool it was read from.', shown('SOURCE')),
});
export type DnsServerRow = Row<typeof dnsServer>;

/** One row per entry of the ARP and IPv6 neighbour tables. */
export const neighbor = table(
  'neighbor',
  'One row per neighbour on the link (ARP, NDP).',
  {
    addr: address('Address of the neighbour.', shown('ADDR')),
    mac: maybe(text('Hardware address; null while unresolved.', shown('MAC'))),
    iface: text('Interface.', shown('IFACE')),
    state: maybe(
      text(
        'NUD state: REACHABLE, STALE, DELAY, PROBE, FAILED, INCOMPLETE, PERMANENT; null where only a table without states is read.',
        shown('STATE'),
      ),
    ),
    host: maybe(text('Name of addr by reverse DNS, with --resolve.')),
  },
  { hosts: { host: 'addr' } },
);
export type NeighborRow = Row<typeof neighbor>;

/** This machine, one row. */
export const host = table('host', 'This machine, one row.', {
  hostname: text('Host name.', shown('HOSTNAME')),
  os: text('Operating system and its release.', shown('OS')),
  kernel: maybe(text('Kernel release.', shown('KERNEL'))),
  uptime_s: maybe(seconds('Seconds since boot.', shown('UPTIME'))),
  gateway: list('Default gateways, the one in use first.', shown('GATEWAY')),
  dns: list('DNS servers.', shown('DNS')),
});
export type HostRow = Row<typeof host>;
