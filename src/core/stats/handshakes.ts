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
import { compileHandshakeLine, isFromA, type Shaken, synNanoseconds, synSeconds } from './handshake-line.ts';
import { endingOf, outcomeOf, timesOf, totalOf } from './handshake-times.ts';
import { share } from './share.ts';
import type { OpenStatistic, StatisticOptions, StatisticsRun } from './statistic.ts';
import { lineFor, writtenRows } from './written-rows.ts';

/** How long TCP handshakes took, each and distributed; the connections remember their times, so packets cost nothing. */
export function openHandshakes(options: Pick<StatisticOptions, 'lineOf'>): OpenStatistic {
  const line = lineFor(options, handshake, compileHandshakeLine);
  return {
    sections({ dissector }: StatisticsRun) {
      const flows = dissector.flows.flows;
      const found = shaken(flows);
      return [
        line === null ? section(handshake, rows(found)) : writtenRows(handshake, found, line),
        section(handshakeHistogram, handshakeHistogramOf(ended(shaken(flows)))),
      ];
    },
  };
}

/** Those whose SYN was captured; told in the same object, each when it is read. */
function* shaken(flows: readonly Flow[]): Iterable<Shaken> {
  const told: { -readonly [Key in keyof Shaken]: Shaken[Key] | null } = { flow: null, tcp: null };
  for (const flow of flows) {
    told.flow = flow;
    // of scans there are so many that a connection for each takes longer than all else
    told.tcp = flow.hasSynAlone ? null : flow.tcp;
    if (flow.hasSynAlone || told.tcp?.hasSyn === true) yield told as Shaken;
  }
}

function* rows(found: Iterable<Shaken>): Iterable<HandshakeRow> {
  for (const one of found) {
    const { flow, tcp } = one;
    const { first, second } = timesOf(tcp);
    const clientIsA = isFromA(one);
    yield {
      time: formatTimestamp(synSeconds(one), synNanoseconds(one)) ?? '',
      stream: flow.stream,
      client_addr: clientIsA ? addressA(flow) : addressB(flow),
      client_port: clientIsA ? flow.aPort : flow.bPort,
      server_addr: clientIsA ? addressB(flow) : addressA(flow),
      server_port: clientIsA ? flow.bPort : flow.aPort,
      syn_synack_ms: first,
      synack_ack_ms: second,
      total_ms: endingOf(tcp),
      outcome: outcomeOf(tcp),
    };
  }
}

function* ended(found: Iterable<Shaken>): Iterable<EndedHandshake> {
  for (const { tcp } of found) yield { total: totalOf(tcp), outcome: outcomeOf(tcp) };
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
