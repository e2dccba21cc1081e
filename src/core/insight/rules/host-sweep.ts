import type { HandshakeRow } from '../../record/tables/handshake.ts';
import { handshakeValues } from '../asked-servers.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** One client and one port, and the hosts at which it was tried. */
interface Sweep {
  readonly client: string;
  readonly port: number;
  readonly failed: Map<string, HandshakeRow>;
  readonly answered: Set<string>;
}

/** More pairs of a client and a port are not told apart. */
const MOST_SWEEPS = 100_000;

/** Looks for hosts that try one port at host after host. */
export const hostSweep = rule({
  name: 'host_sweep',
  severity: 'warn',
  about: 'a host tries one TCP port at many others',
  explanation:
    'Counts, for each client and port, the hosts to which a SYN went and which refused it or never answered. A worm that spreads looks like that, and a scanner; so do a monitoring system, a discovery of printers, and peer-to-peer programs, whose partners are often gone. A sweep that is slower than the capture is long is not seen.',
  advice:
    'If the client is no scanner and no monitoring system of your own, find out which of its processes sends the SYNs.',
  thresholds: {
    hosts: threshold(20, 'Different hosts that did not accept a connection at the port.'),
    failed_pct: threshold(70, 'Of all hosts that were tried, those that did not accept one, in percent.'),
  },
  open({ hosts, failed_pct }) {
    let sweeps: readonly Sweep[] = [];
    return {
      handshake(rows) {
        sweeps = sweepsOf(rows);
      },
      *findings() {
        for (const { client, port, failed, answered } of sweeps) {
          const tried = failed.size + answered.size;
          if (failed.size < Math.max(1, hosts) || 100 * failed.size < failed_pct * tried) continue;
          const rows = [...failed.values()];
          yield {
            subject: client,
            summary: `${client} tried port ${port} of ${tried} hosts, of which ${failed.size} did not accept a connection`,
            confidence: answered.size === 0 || failed.size > 5 * hosts ? 'high' : 'medium',
            evidence: rows.slice(0, 5).map((row) => evidence('handshake', handshakeValues(row))),
            since: rows[0]!.time || null,
          };
        }
      },
    };
  },
});

function sweepsOf(rows: readonly HandshakeRow[]): readonly Sweep[] {
  const sweeps = new Map<string, Sweep>();
  for (const row of rows) {
    const key = `${row.client_addr} ${row.server_port}`;
    let sweep = sweeps.get(key);
    if (sweep === undefined) {
      if (sweeps.size >= MOST_SWEEPS) continue;
      sweep = { client: row.client_addr, port: row.server_port, failed: new Map(), answered: new Set() };
      sweeps.set(key, sweep);
    }
    const host = row.server_addr;
    if (row.outcome === 'refused' || row.outcome === 'unanswered') {
      if (!sweep.answered.has(host) && !sweep.failed.has(host)) sweep.failed.set(host, row);
    } else {
      sweep.answered.add(host);
      sweep.failed.delete(host);
    }
  }
  return [...sweeps.values()];
}
