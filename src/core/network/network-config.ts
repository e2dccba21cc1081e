import type { DnsServerRow, HostRow, RouteRow } from '../record/tables/network-config.ts';

/** The default routes in the order the kernel would take them: the lowest metric first, IPv4 before IPv6. */
export function defaultRoutes(routes: readonly RouteRow[]): readonly RouteRow[] {
  return routes
    .filter(
      (route) => route.dst === 'default' && route.gateway !== null && (route.table === null || route.table === 'main'),
    )
    .sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0) || (a.family < b.family ? -1 : a.family > b.family ? 1 : 0));
}

/** The machine's row: what it says of itself, joined with its gateways and DNS servers. */
export function hostOf(
  facts: Omit<HostRow, 'gateway' | 'dns'>,
  routes: readonly RouteRow[],
  servers: readonly DnsServerRow[],
): HostRow {
  const gateways = defaultRoutes(routes).flatMap((route) => route.gateway ?? []);
  return { ...facts, gateway: [...new Set(gateways)], dns: [...new Set(servers.map((server) => server.addr))] };
}
