import { formatMillis } from '../../output/units.ts';
import { percentile } from '../../percentile.ts';
import type { DnsQueryRow } from '../../record/tables/dns-query.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { isOfServer } from '../name-wording.ts';
import { secondsOf } from '../record-seconds.ts';
import { registrableName } from '../registrable-name.ts';
import { rule, threshold } from '../rule.ts';

/** Servers that are told apart, and the latest answers of each that count. */
const MOST_SERVERS = 1000;
const MOST_ANSWERS = 1000;
const MOST_DOMAINS = 64;

interface Server {
  readonly address: string;
  /** Latencies; the one at `next` is the oldest once there are MOST_ANSWERS. */
  readonly latencies: number[];
  next: number;
  /** The slowest answers, slowest first. */
  readonly slowest: Slow[];
  /** Domains with an answer that was slow. */
  readonly domains: Set<string>;
  since: string | null;
  /** When the last question was asked whose answer was slow; NaN for none. */
  slowAt: number;
}
interface Slow {
  readonly latency: number;
  readonly text: string;
}

/** Looks for DNS servers that keep clients waiting. */
export const slowResolver = rule({
  name: 'slow_resolver',
  severity: 'warn',
  about: 'a DNS server answers slowly',
  explanation:
    'Takes for each DNS server the time that 95 of 100 answers did not exceed, of its latest 1,000 answers. A server that must ask others is slower than one that knows the answer already: with a quick median, some names are slow rather than the server, and when these are of one or two domains nothing is said. Time on the path counts as well: what a server that is quick from the same place needs is told beside it. Answers that never came are not slow ones; failing_resolver counts those. DNS over TLS, HTTPS and QUIC is not seen.',
  advice: 'Ask it for one name twice (netwatch probe dns://): quick the second time means that it waits for others.',
  thresholds: {
    p95_ms: threshold(500, 'Milliseconds that 95 of 100 answers did not exceed.'),
    answers: threshold(20, 'Least number of answers; no more than the latest 1,000 of a server count.'),
    domains: threshold(3, 'Different domains whose answers took that long; no more than 64 are told apart.'),
  },
  open({ p95_ms, answers: least, domains }, shared) {
    const servers = new AgedMap<string, Server>(MOST_SERVERS);
    return {
      dns_query(row) {
        if (row.latency_ms === null || !isOfServer(row)) return;
        let server = servers.get(row.server);
        const isSlow = row.latency_ms >= p95_ms;
        if (server === undefined || (isSlow && shared.isOver(server.slowAt, secondsOf(row.time)))) {
          server = newServer(row.server);
          servers.add(row.server, server);
        }
        take(server, row, row.latency_ms, p95_ms);
      },
      *findings(at) {
        const judged = [...servers]
          .map(([, server]) => server)
          .filter(({ latencies }) => latencies.length >= Math.max(1, least))
          .map((server) => {
            const sorted = Float64Array.from(server.latencies).sort();
            return { server, p95: percentile(sorted, 95), median: percentile(sorted, 50) };
          })
          .sort((one, other) => one.p95 - other.p95);
        const [quickest] = judged;
        for (const { server, p95, median } of judged) {
          if (p95 < p95_ms || server.domains.size < domains || shared.isOver(server.slowAt, at)) continue;
          const compared =
            quickest!.p95 < p95_ms ? `; ${quickest!.server.address} needs ${formatMillis(quickest!.p95)}` : '';
          yield {
            subject: server.address,
            summary: `DNS server ${server.address}: 5 of 100 answers take ${formatMillis(p95)} or longer, half of them ${formatMillis(median)} or longer (${server.latencies.length} answers)${compared}`,
            confidence: median >= p95_ms || compared !== '' ? 'high' : 'medium',
            evidence: server.slowest.map(({ text }) => text),
            since: server.since,
          };
        }
      },
    };
  },
});

const newServer = (address: string): Server => ({
  ...{ address, latencies: [], next: 0, slowest: [], domains: new Set(), since: null, slowAt: Number.NaN },
});

function take(server: Server, row: DnsQueryRow, latency: number, slow: number): void {
  server.latencies[server.next] = latency;
  server.next = (server.next + 1) % MOST_ANSWERS;
  if (latency >= slow) {
    server.since ??= row.time;
    server.slowAt = secondsOf(row.time);
    if (row.name !== null && server.domains.size < MOST_DOMAINS) server.domains.add(registrableName(row.name));
  }
  const { slowest } = server;
  if (slowest.length === MOST_EVIDENCE && latency <= slowest.at(-1)!.latency) return;
  const text = evidence('dns_query', {
    packet: row.packet,
    server: row.server,
    name: row.name,
    qtype: row.qtype,
    latency_ms: latency,
  });
  slowest.push({ latency, text });
  slowest.sort((one, other) => other.latency - one.latency);
  if (slowest.length > MOST_EVIDENCE) slowest.pop();
}
