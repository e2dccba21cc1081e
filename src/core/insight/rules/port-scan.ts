import type { HandshakeRow } from '../../record/tables/handshake.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** One client and one server, and the ports that were tried in vain. */
interface Attempts {
  readonly client: string;
  readonly server: string;
  readonly failed: Map<number, HandshakeRow>;
  readonly answered: Set<number>;
}

/** More pairs of hosts are not told apart. */
const MOST_PAIRS = 100_000;

/** Looks for hosts that try one port of another after the other, by what became of their SYNs. */
export const portScan = rule({
  name: 'port_scan',
  severity: 'warn',
  about: 'a host tries many TCP ports of another',
  explanation:
    'Counts, for each pair of hosts, the ports to which a SYN went and which refused it or never answered. A client that retries one service counts once, and so does a load balancer that checks a few. A monitoring system or a peer-to-peer client that looks for its partners can look the same; a slow scan from many addresses is not seen.',
  advice:
    'If the client is not a scanner of your own, find out what runs on it; a firewall that drops it ends the scan.',
  thresholds: {
    ports: threshold(20, 'Different ports of one host that did not accept a connection.'),
    failed_pct: threshold(70, 'Of all ports that were tried, those that did not accept one, in percent.'),
  },
  open({ ports, failed_pct }) {
    let pairs: readonly Attempts[] = [];
    return {
      handshake(rows) {
        pairs = pairsOf(rows);
      },
      *findings() {
        for (const { client, server, failed, answered } of pairs) {
          const tried = failed.size + answered.size;
          if (failed.size < Math.max(1, ports) || (100 * failed.size) / tried < failed_pct) continue;
          const rows = [...failed.values()];
          yield {
            subject: client,
            summary: `${client} tried ${tried} ports of ${server}, of which ${failed.size} did not accept a connection`,
            confidence: answered.size === 0 || failed.size > 5 * ports ? 'high' : 'medium',
            evidence: rows.map((row) =>
              evidence('handshake', {
                stream: row.stream,
                server_addr: row.server_addr,
                server_port: row.server_port,
                outcome: row.outcome,
              }),
            ),
            since: rows[0]!.time || null,
          };
        }
      },
    };
  },
});

function pairsOf(rows: readonly HandshakeRow[]): readonly Attempts[] {
  const pairs = new Map<string, Attempts>();
  for (const row of rows) {
    const key = `${row.client_addr} ${row.server_addr}`;
    let pair = pairs.get(key);
    if (pair === undefined) {
      if (pairs.size >= MOST_PAIRS) continue;
      pair = { client: row.client_addr, server: row.server_addr, failed: new Map(), answered: new Set() };
      pairs.set(key, pair);
    }
    const port = row.server_port;
    if (row.outcome === 'refused' || row.outcome === 'unanswered') {
      if (!pair.answered.has(port) && !pair.failed.has(port)) pair.failed.set(port, row);
    } else {
      pair.answered.add(port);
      pair.failed.delete(port);
    }
  }
  return [...pairs.values()];
}
