import {
  type Family,
  familiesOf,
  familiesText,
  type Labels,
  type Metric,
  type Sample,
  scaled,
} from '../../core/output/exposition.ts';
import type { ConnRow } from '../../core/record/tables/conn.ts';
import { KnownSum } from '../../core/socket/known-sum.ts';

/** Processes that have series of their own; those with the most sockets are chosen. */
const MOST_PROCESSES = 100;
/** Processes that are distinguished while rows are added up: a file may name any number. */
const MOST_COUNTED = 10_000;
/** The process label of all others. */
const OTHERS = '(others)';

const isNamed = (process: string | null): boolean => process !== null && process !== OTHERS;

/** Totals of the sockets of one protocol that one process holds. */
class Group {
  readonly states = new Map<string, number>();
  readonly rxBytes = new KnownSum();
  readonly txBytes = new KnownSum();
  readonly rxQueueBytes = new KnownSum();
  readonly txQueueBytes = new KnownSum();
  readonly retransmitted = new KnownSum();
  readonly rttMs = new KnownSum();

  add(row: ConnRow): void {
    this.states.set(row.state, (this.states.get(row.state) ?? 0) + 1);
    this.rxBytes.add(row.rx_bytes);
    this.txBytes.add(row.tx_bytes);
    // of a listening socket they count connections
    if (row.state !== 'LISTEN') this.rxQueueBytes.add(row.rx_queue);
    if (row.state !== 'LISTEN') this.txQueueBytes.add(row.tx_queue);
    this.retransmitted.add(row.retrans);
    this.rttMs.add(row.rtt_ms);
  }

  merge(other: Group): void {
    for (const [state, count] of other.states) this.states.set(state, (this.states.get(state) ?? 0) + count);
    this.rxBytes.merge(other.rxBytes);
    this.txBytes.merge(other.txBytes);
    this.rxQueueBytes.merge(other.rxQueueBytes);
    this.txQueueBytes.merge(other.txQueueBytes);
    this.retransmitted.merge(other.retransmitted);
    this.rttMs.merge(other.rttMs);
  }

  count(): number {
    return [...this.states.values()].reduce((sum, count) => sum + count, 0);
  }
}

/** A group with its labels. */
interface Series {
  readonly labels: Labels;
  readonly group: Group;
}

const gauge = (name: string, help: string, value: (group: Group) => number | null): Metric<Series> => ({
  name,
  type: 'gauge',
  help,
  samples: ({ labels, group }) => [[labels, value(group)]],
});

/** All are gauges, even the sums: they fall when a socket closes. */
const METRICS: readonly Metric<Series>[] = [
  {
    name: 'netwatch_conns',
    type: 'gauge',
    help: 'Sockets, or flows of a capture.',
    samples: ({ labels, group }) =>
      [...group.states].map(([state, count]): Sample => [{ ...labels, state: state.toLowerCase() }, count]),
  },
  gauge('netwatch_conns_receive_bytes', 'Payload bytes that these have received, where it is known.', (group) =>
    group.rxBytes.total(),
  ),
  gauge('netwatch_conns_transmit_bytes', 'Payload bytes that these have sent, where it is known.', (group) =>
    group.txBytes.total(),
  ),
  gauge('netwatch_conns_receive_queue_bytes', 'Bytes that their processes have not read yet.', (group) =>
    group.rxQueueBytes.total(),
  ),
  gauge('netwatch_conns_transmit_queue_bytes', 'Bytes that are not sent or not acknowledged yet.', (group) =>
    group.txQueueBytes.total(),
  ),
  gauge('netwatch_conns_retransmitted_segments', 'Segments that these have sent again.', (group) =>
    group.retransmitted.total(),
  ),
  gauge('netwatch_conns_rtt_seconds', 'Mean of their smoothed round-trip times.', (group) => {
    const mean = group.rttMs.mean();
    return mean === null ? null : scaled(mean, 1e-3);
  }),
];

/** What node_exporter calls the same (its collector tcpstat). */
const STATES: Metric<ReadonlyMap<string, number>> = {
  name: 'node_tcp_connection_states',
  type: 'gauge',
  help: 'TCP sockets by state.',
  samples: (states) => [...states].map(([state, count]): Sample => [{ state: state.toLowerCase() }, count]),
};

/**
 * Connections as metrics: totals by protocol, state and process, so that the number of series is limited. If there are
 * records of several snapshots, the last snapshot counts.
 */
export class ConnMetrics {
  private readonly byProcess = new Map<string | null, Map<string, Group>>();
  private time = '';

  add(row: ConnRow): void {
    // flows of a capture are all of one answer, each with the time of its beginning
    if (row.stream === null && row.time > this.time) {
      this.byProcess.clear();
      this.time = row.time;
    }
    const isRoom = this.byProcess.size < MOST_COUNTED || this.byProcess.has(row.process);
    groupOf(this.byProcess, isRoom ? row.process : OTHERS, row.proto).add(row);
  }

  text(): string {
    return familiesText(this.families());
  }

  /** Processes that are added up as one: they have no series of their own. */
  others(): number {
    return Math.max(0, [...this.byProcess.keys()].filter(isNamed).length - MOST_PROCESSES);
  }

  families(): readonly Family[] {
    const chosen = this.chosen();
    const series: Series[] = [];
    const states = new Map<string, number>();
    for (const [process, groups] of chosen) {
      for (const [proto, group] of groups) {
        series.push({ labels: { proto, ...(process === null ? {} : { process }) }, group });
        if (proto !== 'tcp') continue;
        for (const [state, count] of group.states) states.set(state, (states.get(state) ?? 0) + count);
      }
    }
    return [...familiesOf(METRICS, series), ...familiesOf([STATES], series.length === 0 ? [] : [states])];
  }

  /** The processes with the most sockets, and all others together. */
  private chosen(): ReadonlyMap<string | null, ReadonlyMap<string, Group>> {
    const sockets = (groups: ReadonlyMap<string, Group>): number =>
      [...groups.values()].reduce((sum, group) => sum + group.count(), 0);
    const most = [...this.byProcess]
      .filter(([process]) => isNamed(process))
      .sort(([, a], [, b]) => sockets(b) - sockets(a))
      .slice(0, MOST_PROCESSES);
    const kept = new Set(most.map(([process]) => process));
    const chosen = new Map<string | null, Map<string, Group>>();
    for (const [process, groups] of this.byProcess) {
      const label = process === null || kept.has(process) ? process : OTHERS;
      for (const [proto, group] of groups) groupOf(chosen, label, proto).merge(group);
    }
    return chosen;
  }
}

function groupOf(groups: Map<string | null, Map<string, Group>>, process: string | null, proto: string): Group {
  let ofProcess = groups.get(process);
  if (ofProcess === undefined) {
    ofProcess = new Map();
    groups.set(process, ofProcess);
  }
  let group = ofProcess.get(proto);
  if (group === undefined) {
    group = new Group();
    ofProcess.set(proto, group);
  }
  return group;
}
