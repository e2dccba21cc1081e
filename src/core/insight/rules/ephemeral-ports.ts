import { endpointText } from '../../net/endpoint-text.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { isKernelSocket } from '../kernel-socket.ts';
import { rule, threshold } from '../rule.ts';

/** More pairs of a local address and a remote endpoint are not told apart. */
export const MOST_PAIRS = 10_000;

const FIRST = 'ip_local_port_range_first';
const LAST = 'ip_local_port_range_last';

interface Pair {
  readonly row: ConnRow;
  readonly ports: Set<number>;
  process: string | null;
  timeWait: number;
}

/** Looks whether there are ports left for new connections to the same server. */
export const ephemeralPorts = rule({
  name: 'ephemeral_ports',
  severity: 'warn',
  about: 'the local ports for new connections to one server are nearly used up',
  explanation:
    'Counts the different local ports, out of net.ipv4.ip_local_port_range, of the TCP connections from one local address to one remote address and port, in any state. When the range is used up, connect fails with EADDRNOTAVAIL. A connection that this side closed first keeps its port for a minute (TIME_WAIT), so that many short connections use them up; with net.ipv4.tcp_tw_reuse Linux may take such a port again after a second. Ports reserved by net.ipv4.ip_local_reserved_ports or by programs that bind them are not taken off the range. Where the range cannot be read, nothing is found.',
  advice:
    'Keep connections open and use them again (keep-alive, a pool); or use more addresses, or widen net.ipv4.ip_local_port_range.',
  thresholds: {
    pct: threshold(75, 'Ports in use towards one remote address and port, in percent of the range.'),
    error_pct: threshold(95, 'From this share on it is an error, in percent of the range.'),
  },
  open({ pct, error_pct }) {
    const levels = new CounterGrowth([FIRST, LAST]);
    let pairs: ReadonlyMap<string, Pair> = new Map();
    return {
      counter: (rows, at) => levels.take(rows, at),
      conn(rows) {
        const now = new Map<string, Pair>();
        for (const row of rows) {
          const { proto, state, local_addr, local_port, remote_addr, remote_port, process } = row;
          if (proto !== 'tcp' || remote_addr === null || remote_port === null || state === 'LISTEN') continue;
          if (!isKernelSocket(row)) continue;
          const key = `${local_addr} ${remote_addr} ${remote_port}`;
          let pair = now.get(key);
          if (pair === undefined) {
            if (now.size === MOST_PAIRS) continue;
            pair = { row, ports: new Set(), process, timeWait: 0 };
            now.set(key, pair);
          }
          pair.ports.add(local_port);
          pair.process ??= process;
          if (state === 'TIME_WAIT') pair.timeWait++;
        }
        pairs = now;
      },
      *findings() {
        const first = levels.now(FIRST);
        const last = levels.now(LAST);
        if (first === null || last === null || last < first) return;
        const range = last - first + 1;
        for (const { row, ports, process, timeWait } of pairs.values()) {
          const used = [...ports].filter((port) => port >= first && port <= last).length;
          if (used === 0 || 100 * used < pct * range) continue;
          const { local_addr, remote_addr, remote_port } = row;
          const subject = endpointText(remote_addr!, remote_port!);
          yield {
            subject: `${local_addr} to ${subject}`,
            severity: 100 * used >= error_pct * range ? 'error' : 'warn',
            summary: `${used} of ${range} local ports are in use from ${local_addr} to ${subject}${process === null ? '' : ` (${process})`}, ${timeWait} in TIME_WAIT`,
            confidence: 'high',
            evidence: [
              evidence('conn', { local_addr, remote_addr, remote_port, ports: used, time_wait: timeWait }),
              evidence('counter', { name: FIRST, value: first }),
              evidence('counter', { name: LAST, value: last }),
            ],
            since: null,
          };
        }
      },
    };
  },
});
