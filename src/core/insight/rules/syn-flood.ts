import { endpointText } from '../../net/endpoint-text.ts';
import { formatNumberOf } from '../../output/units.ts';
import type { HandshakeRow } from '../../record/tables/handshake.ts';
import { askedServers, handshakeValues, instantsOf, isHalfOpen, isUnfinished } from '../asked-servers.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';
import { densestSecond } from '../spread.ts';

/** This part of the SYNs came from addresses of their own: nobody but a forger has so many. */
const FORGED = 0.5;

/** Looks for many SYNs to one port that nobody follows up. */
export const synFlood = rule({
  name: 'syn_flood',
  severity: 'error',
  about: 'a server is sent SYNs that nobody follows up, faster than clients would',
  explanation:
    'Counts, for each server and port, the handshakes of which there was only a SYN, or a SYN and a SYN-ACK, within the worst second, and compares them with all handshakes to that port. SYNs from one address only are a flood too, or a load test against a dead service. A capture that saw one direction is no flood: clients that went on after the SYN do not count. More than 200,000 connections at a time are not remembered, so that the number may be larger.',
  advice:
    'Check that SYN cookies are on (sysctl net.ipv4.tcp_syncookies), and have the sources filtered before they reach the server.',
  thresholds: {
    syns_per_s: threshold(100, 'Handshakes to one port that began in the worst second and were not finished.'),
    unfinished_pct: threshold(80, 'Of all handshakes to the port, those that were not finished, in percent.'),
  },
  open({ syns_per_s, unfinished_pct }) {
    let handshakes: readonly HandshakeRow[] = [];
    return {
      handshake(rows) {
        handshakes = rows;
      },
      *findings() {
        for (const { addr, port, rows } of askedServers(handshakes)) {
          if (rows.length < syns_per_s) continue;
          const unfinished = rows.filter(isUnfinished);
          if (unfinished.length < (unfinished_pct / 100) * rows.length) continue;
          const { count } = densestSecond(instantsOf(unfinished));
          if (count < Math.max(1, syns_per_s)) continue;
          const sources = new Set(unfinished.map((row) => row.client_addr));
          const first = unfinished[0]!;
          const halfOpen = unfinished.filter(isHalfOpen).length;
          const from = sources.size === 1 ? first.client_addr : formatNumberOf(sources.size, 'address', 'addresses');
          const server = endpointText(addr, port);
          yield {
            subject: server,
            summary: `${server} was sent ${count} SYNs a second from ${from} that nobody followed up; ${unfinished.length} of ${rows.length} handshakes were not finished, ${halfOpen} of them answered`,
            confidence: sources.size >= FORGED * unfinished.length ? 'high' : 'medium',
            evidence: unfinished.slice(0, 5).map((row) => evidence('handshake', handshakeValues(row))),
            since: first.time || null,
          };
        }
      },
    };
  },
});
