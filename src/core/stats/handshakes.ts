import { formatTimestamp } from '../capture/timestamp.ts';
import { percentile } from '../percentile.ts';
import { section } from '../record/table.ts';
import {
  HANDSHAKE_BUCKETS_MS,
  type HandshakeHistogramRow,
  type HandshakeOutcome,
  type HandshakeRow,
  handshake,
  handshakeHistogram,
} from '../record/tables/handshake.ts';
import type { Flow } from '../wire/flow.ts';
import { addressA, addressB } from '../wire/flow-text.ts';
import type { TcpConnection } from '../wire/tcp-connection.ts';
import { openingOf } from '../wire/tcp-progress.ts';
import { share } from './share.ts';
import type { OpenStatistic, StatisticsRun } from './statistic.ts';

/** The tick of a clock that tells whole seconds. */
const COARSE_TICK_NS = 1e9;

/** How long TCP handshakes took, each and distributed; the connections remember their times, so packets cost nothing. */
export function openHandshakes(): OpenStatistic {
  return {
    sections({ dissector }: StatisticsRun) {
      const flows = dissector.flows.flows;
      return [section(handshake, rows(flows)), section(handshakeHistogram, handshakeHistogramOf(ended(flows)))];
    },
  };
}

function* rows(flows: readonly Flow[]): Iterable<HandshakeRow> {
  for (const flow of flows) {
    const { tcp } = flow;
    if (tcp === null || !tcp.hasSyn) continue;
    const { first, second } = timesOf(tcp);
    const outcome = outcomeOf(tcp);
    const clientIsA = tcp.client === 0;
    yield {
      time: formatTimestamp(tcp.synSeconds, tcp.synNanoseconds) ?? '',
      stream: flow.stream,
      client_addr: clientIsA ? addressA(flow) : addressB(flow),
      client_port: clientIsA ? flow.aPort : flow.bPort,
      server_addr: clientIsA ? addressB(flow) : addressA(flow),
      server_port: clientIsA ? flow.bPort : flow.aPort,
      syn_synack_ms: first,
      synack_ack_ms: second,
      total_ms: outcome === 'refused' ? initialRttOf(tcp) : totalOf(tcp),
      outcome,
    };
  }
}

/** What became of a connection whose SYN was captured. */
function outcomeOf(tcp: TcpConnection): HandshakeOutcome {
  if (tcp.hasSynAck && tcp.hasAck) return 'complete';
  if (tcp.isRefused) return 'refused';
  return !tcp.hasSynAck && openingOf(tcp) === 'SYN_SENT' ? 'unanswered' : 'incomplete';
}

/** See timesOf. */
export interface HandshakeTimes {
  readonly first: number | null;
  readonly second: number | null;
  readonly total: number | null;
}

/**
 * Milliseconds of the handshake: to the SYN-ACK, from there to the ACK, and both; null for what was not seen. There is no
 * total without all three. A SYN that was sent again counts from the last.
 */
export function timesOf(tcp: TcpConnection | null): HandshakeTimes {
  if (tcp === null) return { first: null, second: null, total: null };
  const { hasSyn, hasSynAck, hasAck } = tcp;
  return {
    first:
      hasSyn && hasSynAck && !tcp.isAskedAgain
        ? millisBetween(tcp.synSeconds, tcp.synNanoseconds, tcp.synAckSeconds, tcp.synAckNanoseconds)
        : null,
    second:
      hasSynAck && hasAck
        ? millisBetween(tcp.synAckSeconds, tcp.synAckNanoseconds, tcp.ackSeconds, tcp.ackNanoseconds)
        : null,
    total:
      hasSyn && hasSynAck && hasAck
        ? millisBetween(tcp.synSeconds, tcp.synNanoseconds, tcp.ackSeconds, tcp.ackNanoseconds)
        : null,
  };
}

/**
 * Milliseconds of a handshake, null for one that is not complete. Of a clock that tells whole seconds alone they are within
 * one tick, which stands for less.
 */
function totalOf(tcp: TcpConnection): number | null {
  const { total } = timesOf(tcp);
  const isCoarse = total === 0 && tcp.synNanoseconds === 0 && tcp.firstRttNanoseconds === COARSE_TICK_NS;
  return isCoarse ? initialRttOf(tcp) : total;
}

/** Milliseconds to the first later segment with ACK, as tshark's tcp.analysis.initial_rtt: of a refusal, to its RST. */
function initialRttOf({ firstRttNanoseconds }: TcpConnection): number | null {
  return firstRttNanoseconds === 0 ? null : firstRttNanoseconds / 1e6;
}

/** Null when the clock went back between them. */
function millisBetween(fromS: number, fromNs: number, toS: number, toNs: number): number | null {
  const nanoseconds = (toS - fromS) * 1e9 + (toNs - fromNs);
  return nanoseconds >= 0 ? nanoseconds / 1e6 : null;
}

function* ended(flows: readonly Flow[]): Iterable<EndedHandshake> {
  for (const { tcp } of flows) if (tcp?.hasSyn === true) yield { total: totalOf(tcp), outcome: outcomeOf(tcp) };
}

/** What is counted of a handshake; `total` is milliseconds, null for one that is not complete. */
export interface EndedHandshake {
  readonly total: number | null;
  readonly outcome: HandshakeOutcome | null;
}

/** What is counted of a record. */
export const endedOf = ({ total_ms, outcome }: HandshakeRow): EndedHandshake => ({
  // of a refusal it is the time until it came
  total: outcome === 'refused' ? null : total_ms,
  outcome,
});

/** How long handshakes took, in ranges and together. */
export function handshakeHistogramOf(handshakes: Iterable<EndedHandshake>): HandshakeHistogramRow[] {
  const totals: number[] = [];
  const failed = { refused: 0, unanswered: 0, incomplete: 0 };
  for (const { total, outcome } of handshakes) {
    if (total !== null) totals.push(total);
    if (outcome !== null && outcome !== 'complete') failed[outcome]++;
  }
  const labels = ['<1ms', '1-5ms', '5-10ms', '10-50ms', '50-100ms', '100-500ms', '>500ms'] as const;
  const spans = HANDSHAKE_BUCKETS_MS.map((from, index) => {
    const to = HANDSHAKE_BUCKETS_MS[index + 1] ?? null;
    const within = totals.filter((total) => total >= from && (to === null || total < to));
    return { bucket: labels[index]!, from_ms: from, to_ms: to, ...distribution(within, totals.length), ...UNTIMED };
  });
  return [...spans, { bucket: 'all', from_ms: null, to_ms: null, ...distribution(totals, totals.length), ...failed }];
}

/** What took no time that could be told is in no range. */
const UNTIMED = { refused: null, unanswered: null, incomplete: null };

function distribution(
  totals: readonly number[],
  all: number,
): Omit<HandshakeHistogramRow, 'bucket' | 'from_ms' | 'to_ms' | keyof typeof UNTIMED> {
  const sorted = [...totals].sort((a, b) => a - b);
  const at = (percent: number): number | null => (sorted.length === 0 ? null : percentile(sorted, percent));
  const sum = sorted.reduce((total, one) => total + one, 0);
  return {
    count: sorted.length,
    pct: share(sorted.length, all),
    min_ms: sorted[0] ?? null,
    avg_ms: sorted.length === 0 ? null : Math.round((1e6 * sum) / sorted.length) / 1e6,
    median_ms: at(50),
    p95_ms: at(95),
    max_ms: sorted.at(-1) ?? null,
  };
}
