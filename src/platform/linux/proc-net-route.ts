import { formatIpv4, formatIpv6 } from '../../core/net/ip-address.ts';
import { PLAIN_ROUTE, type RouteRow } from '../../core/record/tables/network-config.ts';
import { AF_INET, AF_INET6 } from './rtnetlink.ts';
import { formatPrefix } from './rtnetlink-route.ts';
import { eachWholeLine } from './text-lines.ts';

/** RTF_* (include/uapi/linux/route.h and ipv6_route.h). */
const RTF_GATEWAY = 0x2;
const RTF_REJECT = 0x200;
const RTF_ANYCAST = 0x100000;
const RTF_CACHE = 0x1000000;
const RTF_LOCAL = 0x80000000;

const IPV4_LINE = /^(\S+)\t([0-9A-F]{8})\t([0-9A-F]{8})\t([0-9A-F]{4,8})\t\S+\t\S+\t(-?\d+)\t([0-9A-F]{8})\t/;
const IPV6_LINE =
  /^([0-9a-f]{32}) ([0-9a-f]{2}) [0-9a-f]{32} [0-9a-f]{2} ([0-9a-f]{32}) ([0-9a-f]{8}) \S+ \S+ ([0-9a-f]{8}) +(\S+)$/;

/**
 * /proc/net/route (fib_route_seq_show, net/ipv4/fib_trie.c): the main table without source, scope and protocol, and of
 * several next hops the first. Which kind of refusal a rejecting route is, it does not say.
 */
export function parseProcRoute(text: string): RouteRow[] {
  const rows: RouteRow[] = [];
  eachWholeLine(text, (line) => {
    const match = IPV4_LINE.exec(line);
    if (match === null) return;
    const flags = Number.parseInt(match[4]!, 16);
    const length = prefixLengthOf(networkOrder(match[6]!));
    const leads = match[1] !== '*' && (flags & RTF_REJECT) === 0;
    rows.push({
      family: 'ipv4',
      dst: length === 0 ? 'default' : formatPrefix(AF_INET, formatIpv4(networkOrder(match[2]!)), length),
      gateway: (flags & RTF_GATEWAY) === 0 ? null : formatIpv4(networkOrder(match[3]!)),
      iface: leads ? match[1]! : null,
      metric: Number(match[5]) >>> 0, // printed as signed
      src: null,
      scope: null,
      proto: null,
      table: 'main',
      kind: leads ? 'unicast' : null,
      ...PLAIN_ROUTE,
    });
  });
  return rows;
}

/** The file prints network order as a number of this machine: little endian. */
function networkOrder(hex: string): number {
  return Buffer.from(hex, 'hex').readUInt32LE(0);
}

function prefixLengthOf(mask: number): number {
  return Math.clz32(~mask);
}

/**
 * /proc/net/ipv6_route (rt6_info_route, net/ipv6/route.c): every table, without source and protocol. Only local ones
 * can be told by their table, and which kind of refusal a rejecting route is, it does not say.
 */
export function parseProcIpv6Route(text: string): RouteRow[] {
  const rows: RouteRow[] = [];
  eachWholeLine(text, (line) => {
    const match = IPV6_LINE.exec(line);
    if (match === null) return;
    const flags = Number.parseInt(match[5]!, 16);
    const length = Number.parseInt(match[2]!, 16);
    if (length > 128 || (flags & RTF_CACHE) !== 0) return;
    const kind = ipv6Kind(match[1]!, flags);
    rows.push({
      family: 'ipv6',
      dst: length === 0 ? 'default' : formatPrefix(AF_INET6, formatIpv6(Buffer.from(match[1]!, 'hex')), length),
      gateway: (flags & RTF_GATEWAY) === 0 ? null : formatIpv6(Buffer.from(match[3]!, 'hex')),
      iface: kind === null ? null : match[6]!,
      metric: Number.parseInt(match[4]!, 16),
      src: null,
      scope: 'global', // as the kernel says of every IPv6 route
      proto: null,
      table: kind === null || kind === 'unicast' ? null : 'local',
      kind,
      ...PLAIN_ROUTE,
    });
  });
  return rows;
}

function ipv6Kind(destinationHex: string, flags: number): string | null {
  if ((flags & RTF_REJECT) !== 0) return null;
  if ((flags & RTF_LOCAL) !== 0) return 'local';
  if ((flags & RTF_ANYCAST) !== 0) return 'anycast';
  return destinationHex.startsWith('ff') ? 'multicast' : 'unicast';
}
