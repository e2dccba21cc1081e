import { endpointText } from '../net/endpoint-text.ts';
import type { DnsServerRow, NeighborRow, RouteRow } from '../record/tables/network-config.ts';
import { type Change, changeOf, grouped, pairs } from './change.ts';

/** Routes that came, went, or lead elsewhere; several next hops of one are one route. */
export function* routeChanges(before: readonly RouteRow[], after: readonly RouteRow[]): Iterable<Change> {
  for (const pair of pairs(grouped(before, routeKey), grouped(after, routeKey))) {
    const changed = changeOf(pair.before && waysOf(pair.before), pair.after && waysOf(pair.after));
    const [first] = pair.after ?? pair.before ?? [];
    if (changed !== null) yield { what: 'route', key: pair.key, iface: first?.iface ?? null, ...changed };
  }
}

/** What is asked of a packet before a route takes it, and which route is asked first. */
function routeKey({ family, dst, table, metric, from, tos }: RouteRow): string {
  const more = [
    table === null ? '' : `table ${table}`,
    metric === null || metric === 0 ? '' : `metric ${metric}`,
    from === null ? '' : `from ${from}`,
    tos === null ? '' : `tos ${tos}`,
  ];
  return [dst === 'default' ? `default ${family}` : dst, ...more.filter((text) => text !== '')].join(' ');
}

/** Where it leads, as ip route writes it. What counts down by itself (expires_s) is no part of it. */
const waysOf = (routes: readonly RouteRow[]): string => routes.map(wayOf).sort().join('; ');

function wayOf({ gateway, iface, src, scope, proto, kind, weight, flags, mtu_bytes, pref }: RouteRow): string {
  return [
    kind === null || kind === 'unicast' ? null : kind,
    gateway === null ? null : `via ${gateway}`,
    iface === null ? null : `dev ${iface}`,
    src === null ? null : `src ${src}`,
    proto === null ? null : `proto ${proto}`,
    scope === null ? null : `scope ${scope}`,
    weight === null ? null : `weight ${weight}`,
    mtu_bytes === null ? null : `mtu ${mtu_bytes}`,
    pref === null ? null : `pref ${pref}`,
    ...flags,
  ]
    .filter((text) => text !== null)
    .join(' ');
}

/** Servers that names are asked of, and the domains that go with them. */
export function* dnsChanges(before: readonly DnsServerRow[], after: readonly DnsServerRow[]): Iterable<Change> {
  const keyOf = ({ addr, port, iface }: DnsServerRow): string =>
    `${endpointText(addr, port)}${iface === null ? '' : ` ${iface}`}`;
  for (const pair of pairs(grouped(before, keyOf), grouped(after, keyOf))) {
    const changed = changeOf(pair.before && domainsOf(pair.before), pair.after && domainsOf(pair.after));
    const [first] = pair.after ?? pair.before ?? [];
    if (changed === null || first === undefined) continue;
    const { addr, port, iface } = first;
    const field = changed.change === 'changed' ? 'search' : null;
    yield { what: 'dns_server', key: pair.key, addr, port, iface, field, ...changed };
  }
}

const domainsOf = (servers: readonly DnsServerRow[]): string =>
  [...new Set(servers.flatMap(({ search }) => search))].join(' ');

/** Neighbours whose address another network card has now. Who came and went is no change: they are forgotten by themselves. */
export function* neighborChanges(before: readonly NeighborRow[], after: readonly NeighborRow[]): Iterable<Change> {
  const keyOf = ({ addr, iface }: NeighborRow): string => `${addr} ${iface}`;
  const macs = new Map(before.map((row) => [keyOf(row), row.mac]));
  for (const row of after) {
    const [earlier, later] = [macs.get(keyOf(row)) ?? null, row.mac];
    if (earlier === null || later === null || earlier === later) continue;
    const { addr, iface } = row;
    yield {
      what: 'neighbor',
      change: 'changed',
      key: keyOf(row),
      field: 'mac',
      before: earlier,
      after: later,
      addr,
      iface,
    };
  }
}
