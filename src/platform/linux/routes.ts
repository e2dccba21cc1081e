import type { RouteRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import type { Reading } from '../../core/system/platform.ts';
import type { NetworkNamespace } from './netns.ts';
import { parseProcIpv6Route, parseProcRoute } from './proc-net-route.ts';
import { readRows } from './rtnetlink.ts';
import { linkNames, readLinks } from './rtnetlink-link.ts';
import { readKernelRoutes } from './rtnetlink-route.ts';

/** Every route of every table of a namespace, null for our own; a row for each next hop. Throws a Failure. */
export function readRoutes(host: Host, netns: NetworkNamespace | null): Reading<RouteRow> {
  return readRows(
    host,
    netns,
    'routes of other tables, and the source, scope and origin of routes',
    (netlink) => readKernelRoutes(netlink, linkNames(readLinks(netlink))),
    () => routesFromFiles(host),
  );
}

/** What /proc/net says of routes; a missing file has none. */
export function routesFromFiles(host: Host): RouteRow[] {
  return [
    ...parseProcRoute(host.readIfAny('/proc/net/route') ?? ''),
    ...parseProcIpv6Route(host.readIfAny('/proc/net/ipv6_route') ?? ''),
  ];
}
