import type { DnsServerRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import type { Reading } from '../../core/system/platform.ts';
import type { NetworkNamespace } from './netns.ts';
import { type NameServer, parseNameServer, parseResolvConf } from './resolv-conf.ts';
import { readInterfaceName } from './sys-class-net.ts';

const DNS_PORT = 53;
/** The C library asks no more than three servers (MAXNS, resolv.h). */
const MAX_SERVERS = 3;
const RESOLVED_STUBS: ReadonlySet<string> = new Set(['127.0.0.53', '127.0.0.54']);
const RESOLVED_UPSTREAMS = '/run/systemd/resolve/resolv.conf';
/** Files named by interface index: servers set through resolvectl or NetworkManager, and those of systemd-networkd. */
const LINK_FOLDERS = ['/run/systemd/resolve/netif', '/run/systemd/netif/links'];
const NETWORK_MANAGER = '/run/NetworkManager/resolv.conf';
const NETWORK_MANAGER_UPSTREAMS = '/run/NetworkManager/no-stub-resolv.conf';
const DNSMASQ_UPSTREAMS = '/run/dnsmasq/resolv.conf';

/**
 * The servers that names are asked of, in the order of resolv.conf; behind a stub of systemd-resolved, NetworkManager or
 * dnsmasq, the servers that the stub asks. Another namespace has the file that `ip netns exec` puts there. Never throws.
 */
export function readDnsServers(host: Host, netns: NetworkNamespace | null): Reading<DnsServerRow> {
  const ownFile = `/etc/netns/${netns?.label}/resolv.conf`;
  const source = netns !== null && host.readIfAny(ownFile) !== null ? ownFile : '/etc/resolv.conf';
  const text = host.readIfAny(source);
  const { servers, search } = parseResolvConf(text ?? '');
  if (servers.length === 0) {
    const why = `${source} ${text === null ? 'cannot be read' : 'names none'}; programs ask 127.0.0.1`;
    return { rows: [], limits: [{ what: 'DNS servers', why, remedy: null }] };
  }
  const rows = servers.slice(0, MAX_SERVERS).flatMap((server) => {
    // the stubs and the files that tell what is behind them belong to our own namespace
    const upstream = netns === null ? readUpstreams(host, server.addr) : [];
    return upstream.length > 0 ? upstream : [rowOf(host, server, null, search, source)];
  });
  const limits = servers.slice(MAX_SERVERS).map(({ addr }) => ({
    what: `DNS server ${addr}`,
    why: `the C library asks only the first ${MAX_SERVERS} in ${source}`,
    remedy: null,
  }));
  return { rows: withoutRepeats(rows), limits };
}

function readUpstreams(host: Host, stub: string): DnsServerRow[] {
  if (RESOLVED_STUBS.has(stub)) return readResolved(host);
  if (!isLoopback(stub)) return [];
  const managed = readConf(host, NETWORK_MANAGER).some(({ addr }) => addr === stub);
  return readConf(host, managed ? NETWORK_MANAGER_UPSTREAMS : DNSMASQ_UPSTREAMS).filter(
    ({ addr }) => !isLoopback(addr),
  );
}

function isLoopback(addr: string): boolean {
  return addr === '::1' || addr.startsWith('127.');
}

/** systemd-resolved lists every upstream in one file, and which belong to an interface in a file for each. */
function readResolved(host: Host): DnsServerRow[] {
  const ofLinks = LINK_FOLDERS.flatMap((folder) => readLinkFiles(host, folder));
  const known = new Set(ofLinks.map(({ addr }) => addr));
  return [...readConf(host, RESOLVED_UPSTREAMS).filter(({ addr }) => !known.has(addr)), ...ofLinks];
}

function readConf(host: Host, source: string): DnsServerRow[] {
  const { servers, search } = parseResolvConf(host.readIfAny(source) ?? '');
  return servers.map((server) => rowOf(host, server, null, search, source));
}

function readLinkFiles(host: Host, folder: string): DnsServerRow[] {
  let names: string[];
  try {
    names = host.list(folder);
  } catch {
    return [];
  }
  const indexes = names.filter((name) => /^\d+$/.test(name)).sort((a, b) => Number(a) - Number(b));
  return indexes.flatMap((index) => {
    const { servers, search } = parseLinkServers(host.readIfAny(`${folder}/${index}`) ?? '');
    return servers.map((server) => rowOf(host, server, index, search, `${folder}/${index}`));
  });
}

/**
 * A state file of systemd-resolved (SERVERS=) or systemd-networkd (DNS=) for one interface. A domain after `~` routes
 * questions and is not searched.
 */
export function parseLinkServers(text: string): { servers: NameServer[]; search: string[] } {
  const words = (line: RegExp): string[] => (line.exec(text)?.[1] ?? '').split(' ').filter((word) => word !== '');
  return {
    servers: words(/^(?:SERVERS|DNS)=(.*)$/m).flatMap((word) => parseNameServer(word) ?? []),
    search: words(/^DOMAINS=(.*)$/m).filter((domain) => !domain.startsWith('~')),
  };
}

function rowOf(
  host: Host,
  server: NameServer,
  link: string | null,
  search: readonly string[],
  source: string,
): DnsServerRow {
  const zone = link ?? server.zone;
  const iface = zone !== null && /^\d+$/.test(zone) ? (readInterfaceName(host, Number(zone)) ?? `if${zone}`) : zone;
  return { addr: server.addr, port: server.port ?? DNS_PORT, iface, search, source };
}

function withoutRepeats(rows: readonly DnsServerRow[]): DnsServerRow[] {
  const seen = new Set<string>();
  return rows.filter(({ addr, port, iface }) => {
    const key = `${addr} ${port} ${iface}`;
    return !seen.has(key) && seen.add(key);
  });
}
