import type { NeighborRow } from '../../core/record/tables/network-config.ts';
import { eachAttribute, type Netlink } from './netlink.ts';
import { AF_INET, AF_INET6, dumpTable, readAddress, readMac } from './rtnetlink.ts';

/** RTM_GETNEIGH (include/uapi/linux/neighbour.h). */
const RTM_GETNEIGH = 30;
const NDMSG_BYTES = 12;
const NDA_DST = 1;
const NDA_LLADDR = 2;

/** NUD_* from bit 0 on. */
const STATES = ['INCOMPLETE', 'REACHABLE', 'STALE', 'DELAY', 'PROBE', 'FAILED', 'NOARP', 'PERMANENT'] as const;

/** Every IPv4 and IPv6 neighbour of the namespace the socket is in. `nameOf` names an interface. Throws NetlinkError. */
export function readKernelNeighbors(netlink: Netlink, nameOf: (index: number) => string): NeighborRow[] {
  return dumpTable(netlink, RTM_GETNEIGH, Buffer.alloc(NDMSG_BYTES), (data, start, end) =>
    parseNeighbor(data, start, end, nameOf),
  );
}

/**
 * An RTM_NEWNEIGH payload (struct ndmsg and its attributes). Null for what `ip neigh` leaves out too, NOARP entries
 * (multicast groups) and those without a state, for other families and for messages cut short.
 */
export function parseNeighbor(
  data: Buffer,
  start: number,
  end: number,
  nameOf: (index: number) => string,
): NeighborRow | null {
  if (end - start < NDMSG_BYTES) return null;
  const family = data[start]!;
  if (family !== AF_INET && family !== AF_INET6) return null;
  const bits = data.readUInt16LE(start + 8);
  const state = STATES.find((_, bit) => (bits & (1 << bit)) !== 0);
  let addr: string | null = null;
  let mac: string | null = null;
  eachAttribute(data, start + NDMSG_BYTES, end, (type, from, to) => {
    if (type === NDA_DST) addr = readAddress(family, data, from, to);
    else if (type === NDA_LLADDR) mac = readMac(data, from, to);
  });
  if (addr === null || state === undefined || state === 'NOARP') return null;
  return { addr, mac, iface: nameOf(data.readUInt32LE(start + 4)), state, host: null, vendor: null };
}
