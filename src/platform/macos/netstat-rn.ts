import { formatIpv4, parseIpv4 } from '../../core/net/ip-address.ts';
import { PLAIN_ROUTE, type RouteRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import { columnsOf, completeLines, wholeNumber } from './columns.ts';
import { parseZonedAddress } from './zoned-address.ts';

/** Routes of both families; -l adds the source address. Throws Failure 69. */
export async function readNetstatRoutes(host: Host): Promise<RouteRow[]> {
  const [ipv4, ipv6] = await Promise.all([
    host.run('netstat', ['-rnl', '-f', 'inet']),
    host.run('netstat', ['-rnl', '-f', 'inet6']),
  ]);
  return [...parseNetstatRoutes(ipv4, 'ipv4'), ...parseNetstatRoutes(ipv6, 'ipv6')];
}

/**
 * The table of `netstat -rnl` (np_rtentry in netstat's route.c): Destination Gateway [RT_IFA] Flags Refs Use [Mtu] Netif
 * [Expire]; without -l, and on older releases, some columns are missing, so they are told by what they hold. Routes that
 * the kernel cloned for a single neighbour (flag W) are left out: they stand in the ARP and NDP tables.
 *
 * A route with the flag I serves only sockets bound to its interface; its `table` is `scoped`, that of others `main`.
 */
export function parseNetstatRoutes(text: string, family: RouteRow['family']): RouteRow[] {
  const routes: RouteRow[] = [];
  for (const line of completeLines(text)) {
    const columns = columnsOf(line);
    const flagsAt = columns.findIndex((column, at) => at >= 2 && /^U[A-Za-z1-3]*$/.test(column));
    if (flagsAt < 0) continue;
    const flags = columns[flagsAt]!;
    const dst = parseDestination(columns[0]!, family, flags.includes('H'));
    const iface = columns.slice(flagsAt + 1).find((column) => !/^[0-9]+$/.test(column));
    if (dst === null || iface === undefined || flags.includes('W')) continue;
    const kind = kindOf(flags, iface);
    const leads = kind !== 'blackhole' && kind !== 'unreachable';
    routes.push({
      family,
      dst,
      gateway: leads && flags.includes('G') ? parseGateway(columns[1]!) : null,
      iface: leads ? iface : null,
      metric: null,
      src: flagsAt > 2 ? (parseZonedAddress(columns[2]!)?.addr ?? null) : null,
      scope: kind === 'local' ? 'host' : flags.includes('G') ? 'global' : 'link',
      proto: flags.includes('D') ? 'redirect' : flags.includes('S') ? 'static' : null,
      table: flags.includes('I') ? 'scoped' : 'main',
      kind,
      ...PLAIN_ROUTE,
    });
  }
  return routes;
}

function kindOf(flags: string, iface: string): string {
  if (flags.includes('B')) return 'blackhole';
  if (flags.includes('R')) return 'unreachable';
  if (flags.includes('b')) return 'broadcast';
  if (flags.includes('m')) return 'multicast';
  // our own addresses are reached through the loopback interface
  return flags.includes('H') && /^lo[0-9]/.test(iface) ? 'local' : 'unicast';
}

/** The next hop. A tunnel without one shows `fe80::%utun0`, link#19 or its own name. */
function parseGateway(text: string): string | null {
  const addr = parseZonedAddress(text)?.addr ?? null;
  return addr === 'fe80::' ? null : addr;
}

/** A prefix; one of a single address is written without length, as `ip route` does. */
function parseDestination(text: string, family: RouteRow['family'], isHost: boolean): string | null {
  if (text === 'default') return text;
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const length = slash < 0 ? null : (wholeNumber(text.slice(slash + 1)) ?? Number.NaN);
  return family === 'ipv4' ? formatIpv4Prefix(address, length, isHost) : formatIpv6Prefix(address, length ?? 128);
}

/**
 * netstat leaves out trailing zero octets, and the length where it is that of the address's class (netname and domask in
 * its route.c): `10` is 10.0.0.0/8, `192.168.1` is 192.168.1.0/24, `172.16/12` has another length than its class.
 */
function formatIpv4Prefix(text: string, length: number | null, isHost: boolean): string | null {
  const parts = text.split('.').length;
  const address = parts > 4 ? null : parseIpv4(text + '.0'.repeat(4 - parts));
  if (address === null) return null;
  const first = address >>> 24;
  const bits = length ?? (isHost ? 32 : first < 128 ? 8 : first < 192 ? 16 : 24);
  return formatPrefix(formatIpv4(address), bits, 32);
}

function formatIpv6Prefix(text: string, length: number): string | null {
  const address = parseZonedAddress(text);
  return address === null ? null : formatPrefix(address.addr, length, 128);
}

function formatPrefix(address: string, length: number, longest: 32 | 128): string | null {
  if (!(length <= longest)) return null;
  return length === longest ? address : `${address}/${length}`;
}
