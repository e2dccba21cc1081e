import type { InterfaceReading } from '../../core/system/platform.ts';
import { type InterfaceCounters, NO_COUNTERS } from '../machine/interface-counters.ts';
import { eachAttribute, type Netlink } from './netlink.ts';
import { dumpTable, readMac, readText, readU32 } from './rtnetlink.ts';

/** RTM_GETLINK (include/uapi/linux/if_link.h). */
const RTM_GETLINK = 18;
const IFINFOMSG_BYTES = 16;
const IFLA_ADDRESS = 1;
const IFLA_IFNAME = 3;
const IFLA_MTU = 4;
const IFLA_LINK = 5;
const IFLA_MASTER = 10;
const IFLA_OPERSTATE = 16;
const IFLA_LINKINFO = 18;
const IFLA_IFALIAS = 20;
const IFLA_STATS64 = 23;
const IFLA_LINK_NETNSID = 37;
const IFLA_INFO_KIND = 1;
const IFLA_INFO_DATA = 2;
const IFLA_TUN_TYPE = 3;
const IFF_TAP = 2;

/** IF_OPER_* from 0 on, RFC 2863. */
export const OPER_STATES = ['unknown', 'notpresent', 'down', 'lowerlayerdown', 'testing', 'dormant', 'up'] as const;

/** An interface as the kernel lists it. */
export interface Link {
  readonly index: number;
  readonly name: string;
  /** ARPHRD_*. */
  readonly hardwareType: number;
  /** IFF_*. */
  readonly flags: number;
  readonly state: InterfaceReading['state'];
  readonly mtu: number | null;
  readonly mac: string | null;
  /** Driver kind, as in `ip link add ... type KIND`; null for hardware. */
  readonly driver: string | null;
  readonly tap: boolean;
  /** Index of the bridge, bond or VRF it belongs to. */
  readonly master: number | null;
  /** Index of the interface below it or of its veth peer; null when that is in another namespace. */
  readonly parent: number | null;
  readonly alias: string | null;
  readonly counters: InterfaceCounters;
}

/** Every interface of the namespace the socket is in. Throws NetlinkError. */
export function readLinks(netlink: Netlink): Link[] {
  return dumpTable(netlink, RTM_GETLINK, Buffer.alloc(IFINFOMSG_BYTES), parseLink);
}

/** Names by index, as `ip` shows them for an index that has just gone: if7. */
export function linkNames(links: readonly Link[]): (index: number) => string {
  const names = new Map(links.map((link) => [link.index, link.name]));
  return (index) => names.get(index) ?? `if${index}`;
}

/** An RTM_NEWLINK payload (struct ifinfomsg and its attributes); null when it is cut short or names no interface. */
export function parseLink(data: Buffer, start: number, end: number): Link | null {
  if (end - start < IFINFOMSG_BYTES) return null;
  const index = data.readInt32LE(start + 4);
  let name = '';
  let state: Link['state'] = 'unknown';
  let mtu: number | null = null;
  let mac: string | null = null;
  let info = { driver: null as string | null, tap: false };
  let master: number | null = null;
  let parent: number | null = null;
  let parentElsewhere = false;
  let alias: string | null = null;
  let counters = NO_COUNTERS;
  eachAttribute(data, start + IFINFOMSG_BYTES, end, (type, from, to) => {
    if (type === IFLA_IFNAME) name = readText(data, from, to);
    else if (type === IFLA_ADDRESS) mac = readMac(data, from, to);
    else if (type === IFLA_MTU) mtu = readU32(data, from, to);
    else if (type === IFLA_LINK) parent = readU32(data, from, to);
    else if (type === IFLA_LINK_NETNSID) parentElsewhere = true;
    else if (type === IFLA_MASTER) master = readU32(data, from, to);
    else if (type === IFLA_OPERSTATE) state = (from < to && OPER_STATES[data[from]!]) || 'unknown';
    else if (type === IFLA_LINKINFO) info = parseLinkInfo(data, from, to);
    else if (type === IFLA_IFALIAS) alias = readText(data, from, to) || null;
    else if (type === IFLA_STATS64) counters = parseCounters(data, from, to);
  });
  if (name === '' || index <= 0) return null;
  return {
    index,
    name,
    hardwareType: data.readUInt16LE(start + 2),
    flags: data.readUInt32LE(start + 8),
    state,
    mtu,
    mac,
    ...info,
    master,
    // a tunnel without a device says 0, hardware says itself
    parent: parentElsewhere || parent === 0 || parent === index ? null : parent,
    alias,
    counters,
  };
}

function parseLinkInfo(data: Buffer, start: number, end: number): { driver: string | null; tap: boolean } {
  let driver: string | null = null;
  let tap = false;
  eachAttribute(data, start, end, (type, from, to) => {
    if (type === IFLA_INFO_KIND) driver = readText(data, from, to) || null;
    else if (type === IFLA_INFO_DATA && driver === 'tun') {
      eachAttribute(data, from, to, (option, at, past) => {
        if (option === IFLA_TUN_TYPE && at < past) tap = data[at] === IFF_TAP;
      });
    }
  });
  return { driver, tap };
}

/** struct rtnl_link_stats64: 64-bit counters by their position; later kernels append more. */
function parseCounters(data: Buffer, start: number, end: number): InterfaceCounters {
  if (end - start < 80) return NO_COUNTERS;
  const counter = (position: number): number => {
    const at = start + 8 * position;
    return data.readUInt32LE(at) + data.readUInt32LE(at + 4) * 2 ** 32;
  };
  return {
    rx_bytes: counter(2),
    tx_bytes: counter(3),
    rx_packets: counter(0),
    tx_packets: counter(1),
    rx_errors: counter(4),
    tx_errors: counter(5),
    rx_dropped: counter(6),
    tx_dropped: counter(7),
    collisions: counter(9),
    multicast: counter(8),
  };
}
