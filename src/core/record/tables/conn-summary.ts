import {
  byteRate,
  bytes,
  choice,
  count,
  list,
  maybe,
  millis,
  percent,
  shown,
  shownWhenRepeating,
  text,
  time,
} from '../field.ts';
import { type Row, table } from '../table.ts';

export const SUMMARY_KEYS = [
  'process',
  'pid',
  'remote',
  'state',
  'port',
  'user',
  'interface',
  'path',
  'session',
  'subflow',
] as const;
export type SummaryKey = (typeof SUMMARY_KEYS)[number];

const percentileDoc = (percent: number): string =>
  `Of 100 smoothed round-trip times ${percent} were no longer; null when there were more than a million times.`;

/** Sockets added up by one of their properties. Sums leave out sockets whose value is unknown. */
export const connSummary = table(
  'conn_summary',
  'One row per process name, process id, remote address, state, port, user, interface, path, or session of several paths.',
  {
    time: time('When it was read.'),
    by: choice('What the sockets are grouped by.', SUMMARY_KEYS, shown('BY', 5)),
    key: maybe(text('The value they share; null for sockets where it is unknown.', shown('KEY', 1))),
    conns: count('Sockets.', shown('CONNS', 1)),
    established: count('Of these, in state ESTABLISHED.', shown('ESTAB', 2)),
    listening: count('Of these, in state LISTEN.', shown('LISTEN', 2)),
    remotes: count('Different remote addresses.', shown('REMOTES', 3)),
    rx_bytes: maybe(bytes('Payload bytes received by sockets open now.', shown('RX', 3))),
    tx_bytes: maybe(bytes('Payload bytes sent by sockets open now.', shown('TX', 3))),
    rx_rate: maybe(byteRate('Payload bytes received per second, between two samples.', shownWhenRepeating('RX/s', 1))),
    tx_rate: maybe(byteRate('Payload bytes sent per second, between two samples.', shownWhenRepeating('TX/s', 1))),
    rtt_avg_ms: maybe(millis('Mean of the smoothed round-trip times.', shown('RTT', 1))),
    rtt_p50_ms: maybe(millis(percentileDoc(50))),
    rtt_p95_ms: maybe(millis(percentileDoc(95))),
    rtt_p99_ms: maybe(millis(percentileDoc(99))),
    retrans: maybe(count('Segments retransmitted.', shown('RETRANS', 4))),
    pids: list('Processes that hold them, by id.'),
    processes: list('Names of the processes that hold them.'),
    session: maybe(text('By subflow, the token of the MPTCP connection; null otherwise.')),
    share_pct: maybe(
      percent(
        'Its share of the payload bytes of all rows, both ways; by subflow, of those of its session.',
        shown('SHARE', 2),
      ),
    ),
  },
);
export type ConnSummaryRow = Row<typeof connSummary>;
