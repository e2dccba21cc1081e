import { PLAIN_ROUTE, type RouteRow } from '../../core/record/tables/network-config.ts';
import { eachAttribute, type Netlink } from './netlink.ts';
import { AF_INET, AF_INET6, dumpTable, readAddress, readU32 } from './rtnetlink.ts';

/** RTM_GETROUTE (include/uapi/linux/rtnetlink.h). */
const RTM_GETROUTE = 26;
const RTMSG_BYTES = 12;
const RTM_F_CLONED = 0x200;
const RTNEXTHOP_BYTES = 8;
const RTA_DST = 1;
const RTA_SRC = 2;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_PREFSRC = 7;
const RTA_METRICS = 8;
const RTA_MULTIPATH = 9;
const RTA_CACHEINFO = 12;
const RTA_TABLE = 15;
const RTA_VIA = 18;
const RTA_PREF = 20;
const RTAX_MTU = 2;
/** rta_expires in struct rta_cacheinfo, in ticks of which there are a hundred a second. */
const EXPIRES_AT = 8;
const TICKS = 100;

/** RTNH_F_*, from bit 0 on. */
const FLAGS = ['dead', 'pervasive', 'onlink', 'offload', 'linkdown', 'unresolved', 'trap'] as const;

/** ICMPV6_ROUTER_PREF_*. */
const PREFERENCES = ['medium', 'high', null, 'low'] as const;

/** RTN_* from 0 on. */
const KINDS = [
  null,
  'unicast',
  'local',
  'broadcast',
  'anycast',
  'multicast',
  'blackhole',
  'unreachable',
  'prohibit',
  'throw',
  'nat',
] as const;

/** RTPROT_*; daemons' numbers as in etc/iproute2/rt_protos. */
const PROTOCOLS: ReadonlyMap<number, string> = new Map([
  [1, 'redirect'],
  [2, 'kernel'],
  [3, 'boot'],
  [4, 'static'],
  [8, 'gated'],
  [9, 'ra'],
  [10, 'mrt'],
  [11, 'zebra'],
  [12, 'bird'],
  [13, 'dnrouted'],
  [14, 'xorp'],
  [15, 'ntk'],
  [16, 'dhcp'],
  [17, 'mrouted'],
  [18, 'keepalived'],
  [42, 'babel'],
  [84, 'ovn'],
  [99, 'openr'],
  [186, 'bgp'],
  [187, 'isis'],
  [188, 'ospf'],
  [189, 'rip'],
  [192, 'eigrp'],
]);

/** RT_SCOPE_*. */
const SCOPES: ReadonlyMap<number, string> = new Map([
  [0, 'global'],
  [200, 'site'],
  [253, 'link'],
  [254, 'host'],
  [255, 'nowhere'],
]);

/** RT_TABLE_*. */
const TABLES: ReadonlyMap<number, string> = new Map([
  [253, 'default'],
  [254, 'main'],
  [255, 'local'],
]);

/** Where packets of a route go. */
interface NextHop {
  readonly gateway: string | null;
  /** Index of the interface. */
  readonly index: number | null;
  readonly weight: number | null;
  readonly flags: readonly string[];
}

/** Every IPv4 and IPv6 route of every table, a row for each next hop. `nameOf` names an interface. Throws NetlinkError. */
export function readKernelRoutes(netlink: Netlink, nameOf: (index: number) => string): RouteRow[] {
  return dumpTable(netlink, RTM_GETROUTE, Buffer.alloc(RTMSG_BYTES), (data, start, end) =>
    parseRoute(data, start, end, nameOf),
  ).flat();
}

/**
 * An RTM_NEWROUTE payload (struct rtmsg and its attributes): a row for each next hop. None for other families, cached
 * routes and messages cut short.
 */
export function parseRoute(data: Buffer, start: number, end: number, nameOf: (index: number) => string): RouteRow[] {
  if (end - start < RTMSG_BYTES) return [];
  const family = data[start]!;
  if (family !== AF_INET && family !== AF_INET6) return [];
  if ((data.readUInt32LE(start + 8) & RTM_F_CLONED) !== 0) return [];
  const prefixLength = data[start + 1]!;
  const sourceLength = data[start + 2]!;
  const tos = data[start + 3]!;
  const protocol = data[start + 5]!;
  const scope = data[start + 6]!;
  const kind = KINDS[data[start + 7]!] ?? null;
  let table = data[start + 4]!;
  let dst: string | null = null;
  let metric = 0; // what an absent priority means
  let src: string | null = null;
  let from: string | null = null;
  const seldom: Pick<RouteRow, 'mtu_bytes' | 'expires_s' | 'pref'> = { mtu_bytes: null, expires_s: null, pref: null };
  let hops: NextHop[] | null = null;
  eachAttribute(data, start + RTMSG_BYTES, end, (type, at, to) => {
    if (type === RTA_DST) dst = readAddress(family, data, at, to);
    else if (type === RTA_SRC) from = readAddress(family, data, at, to);
    else if (type === RTA_PRIORITY) metric = readU32(data, at, to) ?? metric;
    else if (type === RTA_PREFSRC) src = readAddress(family, data, at, to);
    else if (type === RTA_TABLE) table = readU32(data, at, to) ?? table;
    else if (type === RTA_MULTIPATH) hops = parseMultipath(family, data, at, to);
    else if (type === RTA_METRICS) seldom.mtu_bytes = readMtu(data, at, to);
    else if (type === RTA_CACHEINFO) seldom.expires_s = readExpiry(data, at, to);
    else if (type === RTA_PREF && to > at) seldom.pref = PREFERENCES[data[at]!] ?? null;
  });
  if (dst === null && prefixLength > 0) return [];
  hops ??= [parseNextHop(family, data, start + RTMSG_BYTES, end, data.readUInt32LE(start + 8), null)];
  const leads = kind !== 'blackhole' && kind !== 'unreachable' && kind !== 'prohibit' && kind !== 'throw';
  return hops.map(({ gateway, index, weight, flags }) => ({
    family: family === AF_INET ? 'ipv4' : 'ipv6',
    dst: dst === null ? 'default' : formatPrefix(family, dst, prefixLength),
    gateway,
    iface: leads && index !== null ? nameOf(index) : null, // IPv6 hangs the others on the loopback interface
    metric,
    src,
    scope: SCOPES.get(scope) ?? String(scope),
    proto: protocol === 0 ? null : (PROTOCOLS.get(protocol) ?? String(protocol)),
    table: TABLES.get(table) ?? String(table),
    kind,
    ...PLAIN_ROUTE,
    from: from === null ? null : formatPrefix(family, from, sourceLength),
    weight,
    flags,
    tos: tos === 0 ? null : tos,
    ...seldom,
  }));
}

/** A prefix as `ip route` writes it: a single address has no length. */
export function formatPrefix(family: number, address: string, length: number): string {
  return length === (family === AF_INET ? 32 : 128) ? address : `${address}/${length}`;
}

/** RTA_OIF, RTA_GATEWAY and RTA_VIA stand in the route, or in each struct rtnexthop of RTA_MULTIPATH. */
function parseNextHop(
  family: number,
  data: Buffer,
  start: number,
  end: number,
  bits: number,
  weight: number | null,
): NextHop {
  let gateway: string | null = null;
  let index: number | null = null;
  eachAttribute(data, start, end, (type, from, to) => {
    if (type === RTA_GATEWAY) gateway = readAddress(family, data, from, to);
    else if (type === RTA_OIF) index = readU32(data, from, to);
    // struct rtvia: a gateway of the other family
    else if (type === RTA_VIA && to - from >= 2) gateway = readAddress(data.readUInt16LE(from), data, from + 2, to);
  });
  return { gateway, index, weight, flags: FLAGS.filter((_, bit) => (bits & (1 << bit)) !== 0) };
}

/** The MTU in the metrics of a route. */
function readMtu(data: Buffer, start: number, end: number): number | null {
  let mtu: number | null = null;
  eachAttribute(data, start, end, (type, from, to) => {
    if (type === RTAX_MTU) mtu = readU32(data, from, to);
  });
  return mtu;
}

function readExpiry(data: Buffer, start: number, end: number): number | null {
  const ticks = end - start < EXPIRES_AT + 4 ? 0 : data.readInt32LE(start + EXPIRES_AT);
  return ticks === 0 ? null : ticks / TICKS;
}

function parseMultipath(family: number, data: Buffer, start: number, end: number): NextHop[] {
  const hops: NextHop[] = [];
  let at = start;
  while (at + RTNEXTHOP_BYTES <= end) {
    const length = data.readUInt16LE(at);
    if (length < RTNEXTHOP_BYTES || at + length > end) break;
    // struct rtnexthop: length, flags, weight less one, interface
    const hop = parseNextHop(family, data, at + RTNEXTHOP_BYTES, at + length, data[at + 2]!, data[at + 3]! + 1);
    hops.push({ ...hop, index: data.readUInt32LE(at + 4) || null });
    at += (length + 3) & ~3;
  }
  return hops;
}
