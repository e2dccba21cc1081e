import { eachAttribute, type Netlink } from './netlink.ts';
import { AF_INET, AF_INET6, dumpTable, readAddress } from './rtnetlink.ts';

/** RTM_GETADDR (include/uapi/linux/if_addr.h). */
const RTM_GETADDR = 22;
const IFADDRMSG_BYTES = 8;
const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;

/** An address of an interface. */
export interface InterfaceAddress {
  /** Index of the interface. */
  readonly index: number;
  readonly family: 'ipv4' | 'ipv6';
  readonly addr: string;
  readonly prefixLength: number;
}

/** Every IPv4 and IPv6 address of the namespace the socket is in. Throws NetlinkError. */
export function readAddresses(netlink: Netlink): InterfaceAddress[] {
  return dumpTable(netlink, RTM_GETADDR, Buffer.alloc(IFADDRMSG_BYTES), parseAddress);
}

/** An RTM_NEWADDR payload (struct ifaddrmsg and its attributes); null for other families and when it is cut short. */
export function parseAddress(data: Buffer, start: number, end: number): InterfaceAddress | null {
  if (end - start < IFADDRMSG_BYTES) return null;
  const family = data[start]!;
  if (family !== AF_INET && family !== AF_INET6) return null;
  let addr: string | null = null;
  let local: string | null = null;
  eachAttribute(data, start + IFADDRMSG_BYTES, end, (type, from, to) => {
    if (type === IFA_ADDRESS) addr = readAddress(family, data, from, to);
    else if (type === IFA_LOCAL) local = readAddress(family, data, from, to);
  });
  addr = local ?? addr; // on a point-to-point link IFA_ADDRESS is the other end
  if (addr === null) return null;
  return {
    index: data.readUInt32LE(start + 4),
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    addr,
    prefixLength: data[start + 1]!,
  };
}
