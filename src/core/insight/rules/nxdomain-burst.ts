import type { DnsQueryRow } from '../../record/tables/dns-query.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { evidence } from '../evidence.ts';
import { isOfServer } from '../name-wording.ts';
import { secondsOf } from '../record-seconds.ts';
import { isOfAddress, isOfService, registrableName } from '../registrable-name.ts';
import { rule, threshold } from '../rule.ts';
import type { Shared } from '../shared.ts';

/** Clients that are told apart; of each, the names in one window, and the names it asked for lately. */
const MOST_CLIENTS = 1000;
const MOST_NAMES = 500;
const MOST_ASKED = 500;
/** Fewer domains than one in so many missing names: names below few domains are missing. */
const NAMES_A_DOMAIN = 4;

/** What a client was told from one moment on, as long as the window. */
class Window {
  readonly start: number;
  /** Of the last name that was missing. */
  last: number;
  /** Missing names, with the record of each. */
  readonly missing = new Map<string, Row>();
  answers = 0;
  nxdomain = 0;

  constructor(start: number) {
    this.start = start;
    this.last = start;
  }
}
type Row = Pick<DnsQueryRow, 'time' | 'packet' | 'server' | 'name'>;

interface Client {
  readonly asked: AgedMap<string, true>;
  current: Window;
  /** The one with the most missing names, of those that are over. */
  best: Window | null;
}

/** Looks for clients who ask for many names that do not exist. */
export const nxdomainBurst = rule({
  name: 'nxdomain_burst',
  severity: 'warn',
  about: 'a host asks for many names that do not exist',
  explanation:
    'Counts, for each client, the different names that do not exist (NXDOMAIN) within a window that begins with the first of them. A name with a search domain behind it counts as the name itself, whatever the number of search domains, and not at all when the name itself exists; nor do reverse lookups, lists of addresses (DNSBL) and names of services. Many domains: malware that computes the names of its servers, or a list of links that is checked. Names below few domains: somebody guesses names, or a product that asks for checksums in DNS. A resolver that asks for many clients must have a high share of such answers, too.',
  advice: 'Find the process that asks (netwatch conns on that host, port 53) and look at the names.',
  thresholds: {
    names: threshold(50, 'Different names that do not exist, in one window; no more than 500 are told apart.'),
    window_s: threshold(60, 'The window in seconds.'),
    nxdomain_pct: threshold(30, 'Of the answers in the window, those that say NXDOMAIN, in percent.'),
  },
  open({ names, window_s, nxdomain_pct }, shared) {
    const clients = new AgedMap<string, Client>(MOST_CLIENTS);
    return {
      dns_query(row) {
        if (row.rcode === null || row.name === null || !isOfServer(row)) return;
        if (isOfAddress(row.name) || isOfService(row.name)) return;
        const isMissing = row.rcode === 'NXDOMAIN';
        let client = clients.get(row.client);
        if (client === undefined) {
          if (!isMissing) return;
          client = { asked: new AgedMap(MOST_ASKED), current: new Window(secondsOf(row.time)), best: null };
          clients.add(row.client, client);
        }
        take(client, row, isMissing, window_s, shared);
      },
      *findings(at) {
        for (const [address, client] of clients) {
          for (const window of [client.best, client.current]) {
            if (window === null || window.missing.size < names || shared.isOver(window.last, at)) continue;
            if ((100 * window.nxdomain) / window.answers < nxdomain_pct) continue;
            const missing = missingOf(window, client.asked);
            if (missing.length < Math.max(1, names)) continue;
            const domains = new Set(missing.map(({ name }) => registrableName(name!)));
            const [only] = domains;
            yield {
              subject: address,
              summary: `${address} asked for ${missing.length} names within ${window_s} s that do not exist, below ${domains.size === 1 ? only : `${domains.size} domains`}`,
              confidence: domains.size * NAMES_A_DOMAIN >= missing.length ? 'medium' : 'low',
              evidence: missing.map(({ packet, server, name }) =>
                evidence('dns_query', { packet, server, name, rcode: 'NXDOMAIN' }),
              ),
              since: missing[0]!.time,
            };
            break;
          }
        }
      },
    };
  },
});

function take(client: Client, row: DnsQueryRow, isMissing: boolean, window: number, shared: Shared): void {
  const time = secondsOf(row.time);
  const name = row.name!.toLowerCase();
  if (!client.asked.has(name)) client.asked.add(name, true);
  // when the clock was set back, the window would not end
  if (Math.abs(time - client.current.start) >= window) {
    if (!isMissing) return;
    const { best, current } = client;
    const isMore = best === null || current.missing.size > best.missing.size || shared.isOver(best.last, time);
    if (isMore) client.best = current;
    client.current = new Window(time);
  }
  const { current } = client;
  current.answers++;
  if (!isMissing) return;
  current.nxdomain++;
  current.last = time;
  if (!current.missing.has(name) && current.missing.size < MOST_NAMES) {
    current.missing.set(name, { time: row.time, packet: row.packet, server: row.server, name });
  }
}

/** One record for each missing name: those that only have a search domain behind a name that was asked for are left out. */
function missingOf({ missing }: Window, asked: AgedMap<string, true>): Row[] {
  const firsts = new Map<string, Row>();
  for (const [name, row] of missing) {
    if (hasSearchDomain(name, asked)) continue;
    // host.a.example and host.example: one name below several search domains
    const first = name.slice(0, Math.max(0, name.indexOf('.'))) || name;
    if (!firsts.has(first)) firsts.set(first, row);
  }
  return [...firsts.values()];
}

function hasSearchDomain(name: string, asked: AgedMap<string, true>): boolean {
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    if (asked.has(name.slice(0, dot))) return true;
  }
  return false;
}
