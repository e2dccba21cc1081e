import { endpointText } from '../../net/endpoint-text.ts';
import { formatMillis } from '../../output/units.ts';
import type { HandshakeRow } from '../../record/tables/handshake.ts';
import { askedServers } from '../asked-servers.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';
import { spreadOf } from '../spread.ts';

/** From this part of its handshakes on it is more than a few bad moments. */
const OFTEN_PCT = 10;

/** Looks for handshakes that took far longer than the others with the same server. */
export const handshakeLatency = rule({
  name: 'handshake_latency',
  severity: 'note',
  about: 'some handshakes with a server took far longer than its others',
  explanation:
    'Takes, for each server and port, the times of the complete handshakes, their median and their median absolute deviation, and names those that are many deviations and a least number of milliseconds above the median. No server is compared with another, as distances differ. From one handshake in ten on it is a warning. Late answers come of a busy server, of a queue on the way, or of a client that was asleep; a SYN that was lost and sent again shows in the rule half_open or not at all, because the time is taken from the last SYN. Clients at different distances from the server look like outliers, too.',
  advice:
    'Compare syn_synack_ms with synack_ack_ms of the slow ones: the first is the side of the server, the second that of the client.',
  thresholds: {
    handshakes: threshold(10, 'Complete handshakes with one port, before one can stand out.'),
    deviations: threshold(6, 'Deviations above the median.'),
    extra_ms: threshold(100, 'Milliseconds above the median.'),
    outliers: threshold(3, 'Handshakes that stand out.'),
  },
  open({ handshakes, deviations, extra_ms, outliers }) {
    let known: readonly HandshakeRow[] = [];
    return {
      handshake(rows) {
        known = rows;
      },
      *findings() {
        for (const { addr, port, rows } of askedServers(known)) {
          const timed = rows.filter((row) => row.outcome === 'complete' && row.total_ms !== null);
          if (timed.length === 0 || timed.length < handshakes) continue;
          const { median, deviation } = spreadOf(timed.map((row) => row.total_ms!));
          const limit = median + Math.max(deviations * deviation, extra_ms);
          const slow = timed.filter((row) => row.total_ms! >= limit);
          if (slow.length === 0 || slow.length < outliers) continue;
          const worst = [...slow].sort((a, b) => b.total_ms! - a.total_ms!);
          const server = endpointText(addr, port);
          yield {
            subject: server,
            severity: 100 * slow.length >= OFTEN_PCT * timed.length ? 'warn' : 'note',
            summary: `${slow.length} of ${timed.length} handshakes with ${server} took up to ${formatMillis(worst[0]!.total_ms!)}, the usual ones ${formatMillis(median)}`,
            confidence: new Set(timed.map((row) => row.client_addr)).size === 1 ? 'high' : 'medium',
            evidence: worst.slice(0, 5).map((row) =>
              evidence('handshake', {
                stream: row.stream,
                client_addr: row.client_addr,
                total_ms: row.total_ms,
                syn_synack_ms: row.syn_synack_ms,
                synack_ack_ms: row.synack_ack_ms,
              }),
            ),
            since: slow[0]!.time || null,
          };
        }
      },
    };
  },
});
