import { endpointText } from '../../net/endpoint-text.ts';
import type { HandshakeRow } from '../../record/tables/handshake.ts';
import { askedServers, handshakeValues, instantsOf, isHalfOpen, isUnfinished } from '../asked-servers.ts';
import { evidence } from '../evidence.ts';
import { secondsOf } from '../record-seconds.ts';
import { rule, threshold } from '../rule.ts';
import { densestSecond } from '../spread.ts';

/** Looks for servers at which handshakes are left unfinished, though not in a flood. */
export const halfOpen = rule({
  name: 'half_open',
  severity: 'warn',
  about: 'handshakes with one server are left unfinished',
  explanation:
    'Counts, for each server and port, the handshakes that stopped after the SYN (the server is down, filtered, or its listen queue is full) or after the SYN-ACK (the answer does not reach the client, or the client is gone), and compares them with all handshakes to that port. So many a second that syn_flood speaks of them are left to that rule, and SYNs of the last seconds, which may still be answered, do not count. Where the capture saw one direction only, connections that went on are not counted.',
  advice:
    'See whether the server listens and how full its queue is (ss -ltn), then whether a firewall drops the answer.',
  thresholds: {
    handshakes: threshold(20, 'Handshakes to one port that were not finished.'),
    unfinished_pct: threshold(30, 'Of all handshakes to the port, those that were not finished, in percent.'),
    flood_per_s: threshold(100, 'Unfinished handshakes within one second from which on it is a flood.'),
    patience_s: threshold(3, 'Seconds in which a handshake may still be finished.'),
  },
  open({ handshakes, unfinished_pct, flood_per_s, patience_s }) {
    let known: readonly HandshakeRow[] = [];
    return {
      handshake(rows) {
        known = rows;
      },
      *findings(at) {
        for (const { addr, port, rows } of askedServers(known)) {
          if (rows.length < handshakes) continue;
          const unfinished = rows.filter((row) => isUnfinished(row) && !(secondsOf(row.time) > at - patience_s));
          if (unfinished.length < Math.max(1, handshakes) || 100 * unfinished.length < unfinished_pct * rows.length)
            continue;
          if (densestSecond(instantsOf(unfinished)).count >= flood_per_s) continue;
          const answered = unfinished.filter(isHalfOpen).length;
          const server = endpointText(addr, port);
          yield {
            subject: server,
            summary: `${unfinished.length} of ${rows.length} handshakes with ${server} were not finished: ${unfinished.length - answered} SYNs had no answer, ${answered} answers had no ACK`,
            confidence: answered === 0 || answered === unfinished.length ? 'high' : 'medium',
            evidence: unfinished.slice(0, 5).map((row) => evidence('handshake', handshakeValues(row))),
            since: unfinished[0]!.time || null,
            ...(answered > unfinished.length / 2 ? { advice: NO_ACK } : {}),
          };
        }
      },
    };
  },
});

const NO_ACK =
  'The SYN-ACKs do not come back to the clients, or the clients are gone: look for one-way routes and stateful firewalls on the way.';
