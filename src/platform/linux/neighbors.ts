import type { NeighborRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import type { Reading } from '../../core/system/platform.ts';
import type { NetworkNamespace } from './netns.ts';
import { parseArp } from './proc-net-arp.ts';
import { readRows } from './rtnetlink.ts';
import { linkNames, readLinks } from './rtnetlink-link.ts';
import { readKernelNeighbors } from './rtnetlink-neigh.ts';

/** Every neighbour in the ARP and NDP tables of a namespace, null for our own. Throws a Failure. */
export function readNeighbors(host: Host, netns: NetworkNamespace | null): Reading<NeighborRow> {
  return readRows(
    host,
    netns,
    'IPv6 neighbours, and the exact state of the others',
    (netlink) => readKernelNeighbors(netlink, linkNames(readLinks(netlink))),
    () => parseArp(host.readIfAny('/proc/net/arp') ?? ''),
  );
}
