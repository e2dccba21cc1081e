import { endpointText } from '../../net/endpoint-text.ts';
import { formatNumberOf } from '../../output/units.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { MOVING_START } from '../moving-start.ts';
import { rule, threshold } from '../rule.ts';

const OVERFLOWS = 'TcpExtListenOverflows';

/** Looks for listeners that accept more slowly than clients connect. */
export const listenQueue = rule({
  name: 'listen_queue',
  severity: 'warn',
  about: 'connections wait to be accepted, or are dropped because too many do',
  explanation: `Compares rx_queue of each LISTEN socket, the connections that wait to be accepted, with tx_queue, the length of its queue. Short queues are left out: some programs ask for one on purpose, and one client fills it. It also counts by how much TcpExtListenOverflows grew since the first look: each time that a connection found a queue full, and once more for each time that its client tried again. The program is too slow, is stopped, or asked for a short queue. The counter is that of the whole machine and does not say which listener it was. What overflowed before the first look is not counted. ${MOVING_START}`,
  advice: 'See what keeps the program from accepting; raise its backlog and net.core.somaxconn if bursts are wanted.',
  thresholds: {
    full_pct: threshold(80, 'Connections that wait, in percent of the length of the queue.'),
    backlog: threshold(8, 'Length of the shortest queue that is judged, in connections.'),
    waiting: threshold(2, 'Connections that wait, at least.'),
    overflows: threshold(1, 'Times that a connection found a queue full, in ten minutes.'),
  },
  open({ full_pct, backlog, waiting, overflows }) {
    const growth = new CounterGrowth([OVERFLOWS]);
    let full: readonly ConnRow[] = [];
    return {
      counter: (rows, at) => growth.take(rows, at),
      clockJumped: (by) => growth.clockJumped(by),
      conn(rows) {
        full = rows.filter(
          ({ proto, state, rx_queue, tx_queue }) =>
            proto === 'tcp' &&
            state === 'LISTEN' &&
            tx_queue !== null &&
            tx_queue > 0 &&
            tx_queue >= backlog &&
            (rx_queue ?? 0) >= waiting &&
            100 * (rx_queue ?? 0) >= full_pct * tx_queue,
        );
      },
      *findings() {
        for (const { local_addr, local_port, process, pid, rx_queue, tx_queue } of full) {
          const subject = endpointText(local_addr, local_port);
          yield {
            subject,
            summary: `${rx_queue} connections wait at ${subject} (${process ?? 'unknown process'}) to be accepted; its queue has room for ${tx_queue}`,
            confidence: 'high',
            evidence: [evidence('conn', { local_addr, local_port, pid, rx_queue, tx_queue })],
            since: null,
          };
        }
        const grown = growth.grown(OVERFLOWS);
        if (grown === 0 || grown < overflows) return;
        yield {
          subject: 'listeners of this machine',
          summary: `connections found the queue of a listener full ${formatNumberOf(grown, 'time')} ${growth.timeText()}`,
          confidence: 'high',
          evidence: [evidence('counter', { name: OVERFLOWS, value: growth.now(OVERFLOWS), grown })],
          since: null,
        };
      },
    };
  },
});
