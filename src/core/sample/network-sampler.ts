import type { Limit } from '../limit.ts';
import { hostOf } from '../network/network-config.ts';
import type { Section } from '../record/table.ts';
import { section } from '../record/table.ts';
import { dnsServer, host, neighbor, route } from '../record/tables/network-config.ts';
import type { Platform } from '../system/platform.ts';

/** The parts of a machine's configuration, each with records of its own type. */
export const NETWORK_TABLES = { routes: route, dns: dnsServer, neighbors: neighbor, host } as const;
export type NetworkPart = keyof typeof NETWORK_TABLES;

/** One part of the configuration as it is now, and what could not be read of it. */
export async function readNetwork(
  platform: Platform,
  part: NetworkPart,
): Promise<Section & { readonly limits: readonly Limit[] }> {
  switch (part) {
    case 'routes': {
      const { rows, limits } = await platform.readRoutes();
      return { ...section(route, rows), limits };
    }
    case 'dns': {
      const { rows, limits } = await platform.readDnsServers();
      return { ...section(dnsServer, rows), limits };
    }
    case 'neighbors': {
      const { rows, limits } = await platform.readNeighbors();
      return { ...section(neighbor, rows), limits };
    }
    case 'host': {
      const [facts, routes, servers] = await Promise.all([
        platform.readHost(),
        platform.readRoutes(),
        platform.readDnsServers(),
      ]);
      return {
        ...section(host, [hostOf(facts, routes.rows, servers.rows)]),
        limits: [...routes.limits, ...servers.limits],
      };
    }
  }
}
