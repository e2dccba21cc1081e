import type { RouteRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import type { InterfaceReading } from '../../core/system/platform.ts';
import { type InterfaceCounters, NO_COUNTERS } from '../machine/interface-counters.ts';
import { type IfconfigInterface, readIfconfig } from './ifconfig.ts';
import { interfaceKind } from './interface-kind.ts';
import { readInterfaceCounters } from './netstat-ib.ts';
import { readNetstatRoutes } from './netstat-rn.ts';

/** Interfaces of ifconfig with the counters and default routes of netstat. Throws Failure 69. */
export async function readMacosInterfaces(host: Host): Promise<InterfaceReading[]> {
  const [interfaces, counters, routes] = await Promise.all([
    readIfconfig(host),
    readInterfaceCounters(host),
    readNetstatRoutes(host),
  ]);
  const masters = new Map(interfaces.flatMap(({ name, members }) => members.map((member) => [member, name] as const)));
  return interfaces.map((one) => interfaceRow(one, counters.get(one.index) ?? NO_COUNTERS, masters, routes));
}

function interfaceRow(
  one: IfconfigInterface,
  counters: InterfaceCounters,
  masters: ReadonlyMap<string, string>,
  routes: readonly RouteRow[],
): InterfaceReading {
  const state = stateOf(one);
  return {
    name: one.name,
    index: one.index,
    kind: interfaceKind(one),
    state,
    ipv4: one.ipv4,
    ipv6: one.ipv6,
    mac: one.mac,
    mtu: one.mtu,
    speed_mbps: state === 'up' ? one.speedMbps : null,
    duplex: state === 'up' ? one.duplex : null,
    ...counters,
    flags: one.flags,
    master: masters.get(one.name) ?? null,
    parent: one.parent,
    alias: one.description,
    default_route: defaultRouteOf(one.name, routes),
  };
}

/** Interfaces that know of no link, such as tunnels, are up when they run. */
function stateOf({ flags, active }: IfconfigInterface): 'up' | 'down' {
  return flags.includes('up') && (active ?? flags.includes('running')) ? 'up' : 'down';
}

/** Scoped default routes, of which every tunnel has one, carry nothing that did not ask for the interface by name. */
function defaultRouteOf(name: string, routes: readonly RouteRow[]): InterfaceReading['default_route'] {
  const families = new Set(
    routes
      .filter((route) => route.dst === 'default' && route.iface === name && route.table === 'main')
      .map((route) => route.family),
  );
  if (families.size === 2) return 'both';
  return families.values().next().value ?? null;
}
