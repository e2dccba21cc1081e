import type { DnsServerRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import { completeLines } from './columns.ts';
import { parseZonedAddress } from './zoned-address.ts';

const DNS_PORT = 53;

/** DNS servers in the order in which the system tries them. Throws Failure 69. */
export async function readScutilDns(host: Host): Promise<DnsServerRow[]> {
  return parseScutilDns(await host.run('scutil', ['--dns']));
}

/** A `resolver #N` section, while it is read. */
interface Resolver {
  readonly servers: string[];
  readonly search: string[];
  domain: string | null;
  port: number;
  iface: string | null;
}

/**
 * The output of `scutil --dns` (_dns_resolver_log in configd's dnsinfo_logging.h): resolvers for all queries, then those
 * for queries bound to an interface, which mostly repeat them. A server is listed once for each interface. Resolvers
 * without a server, which stand for multicast DNS, are left out. A resolver for one domain only has that as its search list.
 */
export function parseScutilDns(text: string): DnsServerRow[] {
  const resolvers: Resolver[] = [];
  for (const line of completeLines(text)) {
    if (line.startsWith('resolver #'))
      resolvers.push({ servers: [], search: [], domain: null, port: DNS_PORT, iface: null });
    const resolver = resolvers.at(-1);
    const field = /^ {2}([^:]*?) *: (.*)$/.exec(line);
    if (resolver !== undefined && field !== null) readField(resolver, field[1]!, field[2]!.trim());
  }
  const rows = new Map<string, DnsServerRow>();
  for (const resolver of resolvers) {
    for (const server of resolver.servers) {
      const row = serverRow(resolver, server);
      if (row === null) continue;
      const place = `${row.addr} ${row.port}`;
      const key = `${place} ${row.iface}`;
      if (!rows.has(key) && !rows.has(`${place} null`)) rows.set(key, row);
    }
  }
  return [...rows.values()];
}

function readField(resolver: Resolver, name: string, value: string): void {
  if (name.startsWith('nameserver[')) resolver.servers.push(value);
  else if (name.startsWith('search domain[')) resolver.search.push(value);
  else if (name === 'domain') resolver.domain = value;
  else if (name === 'port' && /^[0-9]{1,5}$/.test(value)) resolver.port = Number(value);
  else if (name === 'if_index') resolver.iface = /^[0-9]+ \(([^)?]+)\)$/.exec(value)?.[1] ?? null;
}

function serverRow({ search, domain, port, iface }: Resolver, server: string): DnsServerRow | null {
  const address = parseZonedAddress(server);
  if (address === null) return null;
  return {
    addr: address.addr,
    port,
    iface: iface ?? address.zone,
    search: search.length > 0 || domain === null ? search : [domain],
    source: 'scutil --dns',
  };
}
