import { isoTimeOf } from '../../instant.ts';
import type { IfaceRow } from '../../record/tables/iface.ts';
import type { RouteRow } from '../../record/tables/network-config.ts';
import type { ProbeRow } from '../../record/tables/probe.ts';
import { evidence } from '../evidence.ts';
import { shownName } from '../name-wording.ts';
import { rule } from '../rule.ts';

const TUNNELS: ReadonlySet<string> = new Set(['tun', 'tap', 'wireguard', 'ppp', 'gre', 'ipip', 'sit', 'vti', 'xfrm']);
const FAMILIES = ['ipv4', 'ipv6'] as const;
/** The first half of all addresses, by which a VPN covers the default route. */
const HALVES: ReadonlySet<string> = new Set(['0.0.0.0/1', '::/1', '2000::/3']);
/** Targets that are told apart. */
export const MOST_TARGETS = 1000;

interface Change<T> {
  readonly from: T;
  readonly to: T;
  readonly at: number;
}

/** A way out: where it was at the first look, and the last change of it. */
class Watched<T> {
  private known: { readonly value: T; readonly key: string } | null = null;
  change: Change<T> | null = null;

  take(value: T, key: string, at: number): void {
    if (this.known !== null && this.known.key !== key) this.change = { from: this.known.value, to: value, at };
    this.known = { value, key };
  }
}

/** Looks for another way out than before. */
export const pathChange = rule({
  name: 'path_change',
  severity: 'note',
  about: 'the default route, or the own address on the way to a probed target, changed',
  explanation:
    'Compares at each look the default route in use of each address family (of the main table, the one with the lowest metric; the half of all addresses by which a VPN covers it goes before it) with the one of the look before: its gateway and its interface; and with --probe the own address and interface on the way to each target. The last change is told for ten minutes; that a default route is gone, as long as that is so. A VPN that went up or down, a change from cable to radio, and a router that was replaced look like that; interfaces that are tunnels (tun, WireGuard, ppp, IPsec) are named as such. That a default route is gone is a warning. Other tables and rules of routing, and changes between two looks that were undone, are not seen.',
  advice: 'If it was not meant, see netwatch ifaces --routes, and what manages the network or the VPN.',
  thresholds: {},
  open(_, shared) {
    const ways = { ipv4: new Watched<RouteRow | null>(), ipv6: new Watched<RouteRow | null>() };
    const targets = new Map<string, Watched<ProbeRow>>();
    let kinds: ReadonlyMap<string, string> = new Map();
    const tunnels = new Map<string, string>();
    const ifaceText = (name: string | null): string => {
      const kind = name === null ? undefined : (kinds.get(name) ?? tunnels.get(name));
      return `${name}${kind !== undefined && TUNNELS.has(kind) ? ` (tunnel, ${kind})` : ''}`;
    };
    const routeText = (route: RouteRow): string =>
      route.gateway === null ? ifaceText(route.iface) : `${route.gateway} on ${ifaceText(route.iface)}`;
    return {
      iface(rows: readonly IfaceRow[]) {
        kinds = new Map(rows.map(({ name, kind }) => [name, kind]));
        // a tunnel that is gone is still called one
        for (const { name, kind } of rows) {
          if (TUNNELS.has(kind) && tunnels.size < MOST_TARGETS) tunnels.set(name, kind);
        }
      },
      route(rows, at) {
        // no route at all: they could not be read
        if (rows.length === 0) return;
        for (const family of FAMILIES) {
          const best = bestOf(rows, family);
          ways[family].take(best, `${best?.gateway} ${best?.iface}`, at);
        }
      },
      probe(rows, at) {
        for (const row of rows) {
          const { target, addr, local_addr, iface } = row;
          if (local_addr === null) continue;
          // the gateways of both families have the same name
          const key = `${target} ${addr?.includes(':') === true}`;
          let watched = targets.get(key);
          if (watched === undefined) {
            if (targets.size === MOST_TARGETS) continue;
            watched = new Watched();
            targets.set(key, watched);
          }
          watched.take(row, `${local_addr} ${iface}`, at);
        }
      },
      *findings(now) {
        for (const family of FAMILIES) {
          const { change } = ways[family];
          if (change === null) continue;
          const { from, to, at } = change;
          if (to !== null && shared.isOver(at, now)) continue;
          const name = family === 'ipv4' ? 'IPv4' : 'IPv6';
          let summary = `there is a default route of ${name} now, by ${to === null ? '' : routeText(to)}`;
          if (from !== null) {
            summary =
              to === null
                ? `the default route of ${name} by ${routeText(from)} is gone`
                : `the default route of ${name} changed from ${routeText(from)} to ${routeText(to)}`;
          }
          yield {
            subject: `default route of ${name}`,
            severity: to === null ? 'warn' : 'note',
            summary,
            confidence: 'high',
            evidence: [to, from].flatMap((route) =>
              route === null
                ? []
                : [
                    evidence('route', {
                      dst: route.dst,
                      gateway: route.gateway,
                      iface: route.iface,
                      metric: route.metric,
                      was: route === from ? true : null,
                    }),
                  ],
            ),
            since: isoTimeOf(at * 1000),
          };
        }
        for (const { change } of targets.values()) {
          if (change === null || shared.isOver(change.at, now)) continue;
          const { from, to, at } = change;
          const { target, addr, local_addr, iface, path_changes } = to;
          yield {
            subject: addr === null ? target : `${target} (${addr})`,
            summary: `the own address on the way to ${shownName(target)} changed from ${from.local_addr} on ${ifaceText(from.iface)} to ${local_addr} on ${ifaceText(iface)}`,
            confidence: 'high',
            evidence: [evidence('probe', { target, addr, local_addr, iface, path_changes })],
            since: isoTimeOf(at * 1000),
          };
        }
      },
    };
  },
});

/** The default route that the kernel takes; null for none. */
function bestOf(rows: readonly RouteRow[], family: RouteRow['family']): RouteRow | null {
  let best: RouteRow | null = null;
  for (const row of rows) {
    const isHalf = HALVES.has(row.dst);
    if (row.family !== family || (row.dst !== 'default' && !isHalf)) continue;
    if (row.table !== null && row.table !== 'main') continue;
    if (row.kind !== null && row.kind !== 'unicast') continue;
    if (row.from !== null || row.tos !== null || row.flags.includes('dead')) continue;
    if (best === null || rankOf(row) < rankOf(best)) best = row;
  }
  return best;
}

/** A longer prefix goes before any metric. Of equal ones, the first in the alphabet: the kernel may list them otherwise. */
function rankOf({ dst, metric, gateway, iface }: RouteRow): string {
  const half = dst === 'default' ? '1' : '0';
  return `${half} ${String(metric ?? 0).padStart(10, '0')} ${gateway} ${iface}`;
}
