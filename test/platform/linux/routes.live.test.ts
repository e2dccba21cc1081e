import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RouteRow } from '../../../src/core/record/tables/network-config.ts';
import type { NetworkNamespace } from '../../../src/platform/linux/netns.ts';
import { readRoutes } from '../../../src/platform/linux/routes.ts';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { between, hasIp, ipJson } from './ip-tool.ts';
import { buildNetwork, type LiveNetwork, noNetwork } from './live-network.ts';

const REFUSALS = ['blackhole', 'unreachable', 'prohibit', 'throw'];

interface PeerHop {
  readonly gateway?: string;
  readonly weight?: number;
  readonly flags?: readonly string[];
  readonly via?: { readonly host: string };
  readonly dev?: string;
}

interface PeerRoute extends PeerHop {
  readonly dst: string;
  readonly metric?: number;
  readonly prefsrc?: string;
  readonly scope: string;
  readonly protocol: string;
  readonly table: string;
  readonly type: string;
  readonly from?: string;
  readonly tos?: string;
  readonly pref?: string;
  readonly metrics?: readonly { readonly mtu?: number }[];
  readonly nexthops?: readonly PeerHop[];
}

/** What `ip route` says, in our fields, a row for each next hop. */
function peerRoutes(where: readonly string[]): RouteRow[] {
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const version = family === 'ipv4' ? '-4' : '-6';
    return ipJson<PeerRoute>('-d', version, ...where, 'route', 'show', 'table', 'all').flatMap((route) => {
      const hops: readonly PeerHop[] = route.nexthops ?? [route];
      return hops.map((hop) => ({
        family,
        dst: route.dst,
        gateway: hop.gateway ?? hop.via?.host ?? null,
        iface: REFUSALS.includes(route.type) ? null : (hop.dev ?? null),
        metric: route.metric ?? 0,
        src: route.prefsrc ?? null,
        scope: route.scope,
        proto: route.protocol,
        table: route.table,
        kind: route.type,
        from: route.from ?? null,
        weight: hop.weight ?? null,
        flags: hop.flags ?? [],
        tos: route.tos === undefined ? null : Number(route.tos),
        mtu_bytes: route.metrics?.[0]?.mtu ?? null,
        expires_s: null,
        pref: route.pref ?? null,
      }));
    });
  });
}

function compare(where: readonly string[], netns: NetworkNamespace | null): readonly RouteRow[] {
  const { peer, ours } = between(
    () => peerRoutes(where),
    () => readRoutes(openHost(null, realClock), netns),
  );
  expect(ours.limits).toEqual([]);
  // what ip prints as seconds has passed by then
  expect(ours.rows.map((row) => ({ ...row, expires_s: null }))).toEqual(peer);
  return ours.rows;
}

test.skipIf(!hasIp)('this machine has the routes ip shows', () => void compare([], null));

test.skipIf(!hasIp)('/proc/net agrees on the main table over IPv4', () => {
  const main = (rows: readonly RouteRow[]): unknown[] =>
    rows
      .filter(({ family, table }) => family === 'ipv4' && table === 'main')
      .map(({ dst, gateway, iface, metric }) => ({ dst, gateway, iface, metric }));
  const { peer, ours } = between(
    () => peerRoutes([]),
    () => readRoutes(openHost('/', realClock), null),
  );
  expect(main(ours.rows)).toEqual(main(peer));
});

describe.skipIf(noNetwork !== null)('a network namespace', () => {
  let network: LiveNetwork;
  beforeAll(() => {
    network = buildNetwork();
  });
  afterAll(() => network?.remove());

  test('has the routes ip shows', () => {
    const rows = compare(network.near, network.netns);
    const find = (dst: string): RouteRow | undefined => rows.find((row) => row.dst === dst);
    expect(rows[0]).toMatchObject({ dst: '10.2.0.0/16', gateway: '10.1.0.2', table: '77', proto: 'static' });
    expect(rows.filter(({ dst }) => dst === 'default')).toMatchObject([
      { family: 'ipv4', gateway: '10.1.0.2', metric: 50, src: '10.1.0.1', proto: 'dhcp' },
      { family: 'ipv6', gateway: 'fd00:1::2', metric: 60, proto: 'ra' },
    ]);
    expect(find('10.7.0.0/16')).toMatchObject({ kind: 'blackhole', iface: null });
    expect(find('10.4.0.9')).toMatchObject({ kind: 'unicast', iface: 'va', scope: 'link', proto: 'bgp' });
  });
});
