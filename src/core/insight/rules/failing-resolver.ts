import type { DnsQueryRow } from '../../record/tables/dns-query.ts';
import { AgedMap } from '../../wire/aged-map.ts';
import { evidence, MOST_EVIDENCE } from '../evidence.ts';
import { isOfServer } from '../name-wording.ts';
import { secondsOf } from '../record-seconds.ts';
import { registrableName } from '../registrable-name.ts';
import { rule, threshold } from '../rule.ts';

/** Servers that are told apart; of each, domains it failed for, and questions whose repetition is recognized. */
const MOST_SERVERS = 1000;
const MOST_DOMAINS = 64;
const MOST_QUESTIONS = 64;
/** Clients who are known to get answers. */
const MOST_CLIENTS = 10_000;
/** Questions that may still be answered. */
const MOST_WAITING = 256;
/** A question younger than this when the capture ends may still be answered, in seconds. */
const PATIENCE_S = 5;
/** The same number and question sooner than this is the same one sent again, in seconds. */
const SAME_S = 30;

class Server {
  readonly address: string;
  /** Questions that were answered, or failed. */
  answered = 0;
  servfail = 0;
  refused = 0;
  unanswered = 0;
  /** Times of unanswered questions that may be too young to count, oldest first. */
  readonly waiting: number[] = [];
  readonly domains = new Set<string>();
  /** Questions by what they ask, with the time of the last one. */
  readonly questions = new AgedMap<string, number>(MOST_QUESTIONS);
  /** Clients, as long as it has answered nobody: that one of them got an answer from elsewhere shows that answers are seen. */
  readonly clients = new Set<string>();
  readonly shown: string[] = [];
  since: string | null = null;
  /** When the last question was asked that failed; NaN for none. */
  failedAt = Number.NaN;

  constructor(address: string) {
    this.address = address;
  }
}

/** Looks for DNS servers that answer with an error, or not at all. */
export const failingResolver = rule({
  name: 'failing_resolver',
  severity: 'warn',
  about: 'a DNS server fails to answer',
  explanation:
    'Counts, for each DNS server, the questions that got SERVFAIL, REFUSED or nothing. A question that was sent again counts once. One without an answer counts only if 5 s of the capture follow it, and if answers can be seen at all: the server answered something, or the client got an answer from another server. The failures must be about several domains: one domain that fails is the fault of its own servers. A server that is asked what it does not serve refuses rightly. It is no fault of the server when a firewall or the path loses the packets.',
  advice:
    'Ask the server from another place (netwatch probe dns://). SERVFAIL: its own servers or DNSSEC; REFUSED: whom it serves; nothing: the path or the server.',
  thresholds: {
    queries: threshold(20, 'Least number of questions to a server.'),
    failed_pct: threshold(20, 'Of these, those that failed, in percent.'),
    domains: threshold(3, 'Different domains that it failed for; no more than 64 are told apart.'),
  },
  open({ queries, failed_pct, domains }, shared) {
    const servers = new AgedMap<string, Server>(MOST_SERVERS);
    const served = new AgedMap<string, true>(MOST_CLIENTS);
    return {
      dns_query(row) {
        if (!isOfServer(row)) return;
        let server = servers.get(row.server);
        const isFailure = row.rcode === null || row.rcode === 'SERVFAIL' || row.rcode === 'REFUSED';
        if (server === undefined || (isFailure && shared.isOver(server.failedAt, secondsOf(row.time)))) {
          server = new Server(row.server);
          servers.add(row.server, server);
        }
        take(server, row);
        if (row.rcode !== null && !served.has(row.client)) served.add(row.client, true);
      },
      *findings(at) {
        for (const [, server] of servers) {
          const seesAnswers = hasAnswered(server) || [...server.clients].some((client) => served.has(client));
          const silent = seesAnswers
            ? server.unanswered + server.waiting.filter((time) => !(Math.abs(at - time) < PATIENCE_S)).length
            : 0;
          const failed = server.servfail + server.refused + silent;
          const all = failed + server.answered;
          if (all < Math.max(1, queries) || (100 * failed) / all < failed_pct) continue;
          if (server.domains.size < domains || failed === 0 || shared.isOver(server.failedAt, at)) continue;
          const counts = [
            [server.servfail, 'SERVFAIL'],
            [server.refused, 'REFUSED'],
            [silent, 'no answer'],
          ] as const;
          yield {
            subject: server.address,
            summary: `DNS server ${server.address} failed ${failed} of ${all} questions: ${counts
              .filter(([count]) => count > 0)
              .map(([count, what]) => `${count} ${what}`)
              .join(', ')}`,
            severity: failed === all ? 'error' : 'warn',
            confidence: silent < failed ? 'high' : 'medium',
            evidence: server.shown,
            since: server.since,
          };
        }
      },
    };
  },
});

const hasAnswered = ({ answered, servfail, refused }: Server): boolean => answered + servfail + refused > 0;

function take(server: Server, row: DnsQueryRow): void {
  const { rcode } = row;
  const time = secondsOf(row.time);
  const question = `${row.client} ${row.id} ${row.qtype} ${row.name}`;
  const before = server.questions.get(question);
  server.questions.add(question, time);
  if (rcode === null) {
    if (before !== undefined && !(Math.abs(time - before) > SAME_S)) return;
    if (server.clients.size < MOST_DOMAINS) server.clients.add(row.client);
    server.waiting.push(time);
    if (server.waiting.length > MOST_WAITING || Math.abs(time - server.waiting[0]!) > 2 * PATIENCE_S) {
      server.waiting.shift();
      server.unanswered++;
    }
  } else if (rcode === 'SERVFAIL') server.servfail++;
  else if (rcode === 'REFUSED') server.refused++;
  else {
    server.answered++;
    return;
  }
  server.since ??= row.time;
  server.failedAt = time;
  if (row.name !== null && server.domains.size < MOST_DOMAINS) server.domains.add(registrableName(row.name));
  if (server.shown.length < MOST_EVIDENCE) {
    server.shown.push(
      evidence('dns_query', { packet: row.packet, server: row.server, name: row.name, qtype: row.qtype, rcode }),
    );
  }
}
