import { parsePrefix, prefixTest } from '../../net/ip-prefix.ts';
import type { DnsServerRow, RouteRow } from '../../record/tables/network-config.ts';
import { evidence } from '../evidence.ts';
import { rule } from '../rule.ts';

/** A machine with more routes is not judged: it is a router with the table of the Internet. */
export const MOST_ROUTES = 10_000;
/** More servers are not looked at. */
export const MOST_SERVERS = 100;
const REFUSING: ReadonlySet<string | null> = new Set(['unreachable', 'blackhole', 'prohibit', 'throw']);

interface Way {
  readonly route: RouteRow;
  readonly length: number;
}

/** Looks whether the servers that names are asked of can be reached at all. */
export const resolverRoute = rule({
  name: 'resolver_route',
  severity: 'warn',
  about: 'no route leads to a DNS server that is in use',
  explanation:
    'Looks for the most specific route, in any table, that covers the address of each DNS server. Where there is none, or only one that refuses packets (unreachable, blackhole, prohibit), queries to that server fail at once. It is an error when that holds for all servers. Rules of policy routing are not followed: any table counts. Whether the server answers is told by failing_resolver. Where no route at all can be read, or more than 10,000, nothing is found.',
  advice: 'Add a route to the server, or choose another: `resolvectl dns`, /etc/resolv.conf or the settings of DHCP.',
  thresholds: {},
  open() {
    let routes: readonly RouteRow[] = [];
    let servers: readonly DnsServerRow[] = [];
    return {
      route(rows) {
        routes = rows.length > MOST_ROUTES ? [] : rows;
      },
      dns_server(rows) {
        servers = [...new Map(rows.map((server) => [server.addr, server])).values()].slice(0, MOST_SERVERS);
      },
      *findings() {
        if (routes.length === 0) return;
        const judged = waysTo(servers, routes);
        const lost = judged.filter(({ way }) => way === null || REFUSING.has(way.route.kind));
        for (const { server, way } of lost) {
          const { addr, iface, source } = server;
          yield {
            subject: addr,
            severity: lost.length === servers.length ? 'error' : 'warn',
            summary: `no route leads to the DNS server ${addr}${way === null ? '' : `: the route ${way.route.dst} is ${way.route.kind}`}`,
            confidence: 'high',
            evidence: [
              evidence('dns_server', { addr, iface, source }),
              ...(way === null ? [] : [evidence('route', { dst: way.route.dst, kind: way.route.kind })]),
            ],
            since: null,
          };
        }
      },
    };
  },
});

const isLoopback = prefixTest(parsePrefix('127.0.0.0/8')!);

/** The most specific route to each server, of several one that does not refuse; null without any. */
function waysTo(servers: readonly DnsServerRow[], routes: readonly RouteRow[]) {
  const judged = servers
    // the kernel answers there itself, whatever tables could be read
    .filter(({ addr }) => !isLoopback(addr) && addr !== '::1')
    .map((server) => ({ server, family: familyOf(server.addr), way: null as Way | null }));
  for (const route of routes) {
    const prefix = parsePrefix(route.dst === 'default' ? EVERYTHING[route.family] : route.dst);
    if (prefix === null) continue;
    const holds = prefixTest(prefix);
    for (const one of judged) {
      const { server, family, way } = one;
      if (route.family !== family || (way !== null && prefix.length < way.length) || !holds(server.addr)) continue;
      const isBetter = way === null || prefix.length > way.length || REFUSING.has(way.route.kind);
      if (isBetter) one.way = { route, length: prefix.length };
    }
  }
  return judged;
}

const EVERYTHING = { ipv4: '0.0.0.0/0', ipv6: '::/0' } as const;
const familyOf = (addr: string): 'ipv4' | 'ipv6' => (addr.includes(':') ? 'ipv6' : 'ipv4');
