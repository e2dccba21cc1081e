import { isoTimeOf } from '../../instant.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { evidence } from '../evidence.ts';
import { isKernelSocket } from '../kernel-socket.ts';
import { rule, threshold } from '../rule.ts';

/** More processes are not told apart. */
export const MOST_PROCESSES = 10_000;

interface Holder {
  readonly name: string;
  readonly since: number;
  readonly looks: number;
  readonly rows: readonly ConnRow[];
}

/** Looks for programs that do not close what their peers have closed. */
export const closeWait = rule({
  name: 'close_wait',
  severity: 'warn',
  about: 'a process does not close connections that its peers have closed',
  explanation:
    'Counts the TCP sockets in CLOSE_WAIT of each process. The peer has closed, and the program has not: such a socket stays until the program closes it or ends, and takes a descriptor. A busy program has some of them for a moment; the confidence is high when there were too many at two looks. Sockets whose process cannot be seen are left out.',
  advice: 'Look in the program for connections that it does not close after the end of the stream or an error.',
  thresholds: { sockets: threshold(50, 'Sockets of one process in CLOSE_WAIT.') },
  open({ sockets }) {
    let holders = new Map<number, Holder>();
    return {
      conn(rows, at) {
        const now = new Map<number, ConnRow[]>();
        for (const row of rows) {
          if (row.state !== 'CLOSE_WAIT' || row.pid === null || !isKernelSocket(row)) continue;
          const those = now.get(row.pid);
          if (those !== undefined) those.push(row);
          else if (now.size < MOST_PROCESSES) now.set(row.pid, [row]);
        }
        const next = new Map<number, Holder>();
        for (const [pid, those] of now) {
          if (those.length < sockets) continue;
          const before = holders.get(pid);
          const name = `${those[0]!.process ?? 'process'} (${pid})`;
          next.set(pid, { name, since: before?.since ?? at, looks: (before?.looks ?? 0) + 1, rows: those });
        }
        holders = next;
      },
      *findings() {
        for (const { name, since, looks, rows } of holders.values()) {
          yield {
            subject: name,
            summary: `${name} has ${rows.length} connections that the peer has closed and it has not`,
            confidence: looks > 1 ? 'high' : 'medium',
            evidence: rows.map(({ pid, local_addr, local_port, remote_addr, remote_port, state }) =>
              evidence('conn', { pid, local_addr, local_port, remote_addr, remote_port, state }),
            ),
            since: isoTimeOf(since * 1000),
          };
        }
      },
    };
  },
});
