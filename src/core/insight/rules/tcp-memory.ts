import { formatNumberOf } from '../../output/units.ts';
import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { MOVING_START } from '../moving-start.ts';
import { rule, threshold } from '../rule.ts';

const ABORTS = 'TcpExtTCPAbortOnMemory';
const PRESSURES = 'TcpExtTCPMemoryPressures';
const PRUNES = 'TcpExtPruneCalled';

/** Looks whether TCP has the memory that it needs. */
export const tcpMemory = rule({
  name: 'tcp_memory',
  severity: 'warn',
  about: 'TCP of this machine is short of memory',
  explanation: `Counts by how much three counters of the kernel grew since the first look. TCPMemoryPressures: the sockets of TCP together went over the second number of net.ipv4.tcp_mem, so that windows shrink. TCPAbortOnMemory: connections were broken off for want of memory, or because there were too many without an owner; this is an error. PruneCalled: the receive buffer of a socket was full and the kernel made room in it, perhaps by dropping segments; this is a note, for one program that reads slowly is enough. What happened before the first look is not counted: one look finds nothing. ${MOVING_START}`,
  advice:
    'See by `netwatch conns -f "rmem_bytes > 1000000"` who holds much; raise net.ipv4.tcp_mem or net.ipv4.tcp_rmem if that is wanted.',
  thresholds: {
    pressures: threshold(1, 'Times that TCP came under memory pressure, in ten minutes.'),
    aborts: threshold(1, 'Connections broken off for want of memory in ten minutes.'),
    prunes: threshold(100, 'Times that a receive buffer was pruned in ten minutes.'),
  },
  open({ pressures, aborts, prunes }) {
    const growth = new CounterGrowth([ABORTS, PRESSURES, PRUNES]);
    const levels = [
      {
        name: ABORTS,
        fewest: aborts,
        severity: 'error',
        say: (n: number) => `TCP broke off ${formatNumberOf(n, 'connection')} for want of memory`,
      },
      {
        name: PRESSURES,
        fewest: pressures,
        severity: 'warn',
        say: (n: number) => `TCP came under memory pressure ${formatNumberOf(n, 'time')}`,
      },
      {
        name: PRUNES,
        fewest: prunes,
        severity: 'note',
        say: (n: number) => `full receive buffers of TCP were pruned ${formatNumberOf(n, 'time')}`,
      },
    ] as const;
    return {
      counter: (rows, at) => growth.take(rows, at),
      clockJumped: (by) => growth.clockJumped(by),
      *findings() {
        for (const { name, fewest, severity, say } of levels) {
          const grown = growth.grown(name);
          if (grown === 0 || grown < fewest) continue;
          yield {
            subject: name,
            severity,
            summary: `${say(grown)} ${growth.timeText()}`,
            confidence: 'high',
            evidence: [evidence('counter', { name, value: growth.now(name), grown })],
            since: null,
          };
        }
      },
    };
  },
});
