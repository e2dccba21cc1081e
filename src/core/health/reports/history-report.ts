import { usageError } from '../../failure.ts';
import { percentile } from '../../percentile.ts';
import type { ProbeKind, ProbeRow } from '../../record/tables/probe.ts';
import type { ProbeOutageRow } from '../../record/tables/probe-outage.ts';
import type { ProbeReportRow } from '../../record/tables/probe-report.ts';
import { hourAfter, hourOf, type KeptRound, RoundTimeline, type Span, type SpanSum } from './round-timeline.ts';

/** Which rows a report has for each target. Times are milliseconds, instants since 1970. */
export interface ReportPlan {
  /** What was before counts for nothing, except that a state lasts until the next round; null for everything. */
  readonly since: number | null;
  /** Rows of windows that end at `end`, and `step` before, and so on; null for hours by the clock. */
  readonly windows: Windows | null;
  /** Whether a row for all of it follows. */
  readonly total: boolean;
}

export interface Windows {
  readonly length: number;
  readonly step: number;
  readonly end: number;
}

interface History {
  readonly target: string;
  readonly kind: ProbeKind;
  /** That of the last record: a gateway may get another address. */
  host: string | null;
  readonly rounds: KeptRound[];
}

/** Rows of one target; two rounds of a damaged file may be thousands of years apart. */
const MOST_SPANS = 100_000;

const HOURS: ReportPlan = { since: null, windows: null, total: false };

/**
 * Records of rounds, in any order, summed up by target, and by hour (UTC) or in windows. Times are those of the records:
 * the wall clock.
 */
export class HistoryReport {
  private readonly histories = new Map<string, History>();
  private readonly plan: ReportPlan;

  constructor(plan: ReportPlan = HOURS) {
    this.plan = plan;
  }

  ingest({ target, kind, host, time, state, sent, received, rtt_avg_ms, rtt_max_ms, detail }: ProbeRow): void {
    const at = Date.parse(time);
    if (Number.isNaN(at)) return;
    // a gateway has an address in each family
    const key = JSON.stringify([target, kind, host?.includes(':') ?? false]);
    const history = this.histories.get(key) ?? { target, kind, host, rounds: [] };
    history.host = host;
    this.histories.set(key, history);
    // those before `since` too: what the last of them found lasts until the next
    const why = state === 'down' ? detail : null;
    history.rounds.push({ at, state, sent, received, averageMs: rtt_avg_ms, maxMs: rtt_max_ms, why });
  }

  /**
   * Rows by time, then in the order in which the targets were met; totals last. Throws Failure 64 when there would be
   * too many.
   */
  rows(): readonly ProbeReportRow[] {
    const rows: ProbeReportRow[] = [];
    const totals: ProbeReportRow[] = [];
    for (const history of this.histories.values()) {
      const timeline = new RoundTimeline(history.rounds);
      for (const span of this.spansOf(timeline)) {
        const sum = timeline.sum(span);
        if (isKnown(sum)) rows.push(rowOf(history, span, sum));
      }
      if (!this.plan.total) continue;
      const span = wholeOf(timeline, this.plan.since);
      const sum = timeline.sum(span);
      if (isKnown(sum)) totals.push(rowOf(history, span, sum));
    }
    rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    return [...rows, ...totals];
  }

  /** The outages that began in the time of the report, by the target in the order in which they were met, then by time. */
  outages(): readonly ProbeOutageRow[] {
    const since = this.plan.since ?? Number.NEGATIVE_INFINITY;
    return [...this.histories.values()].flatMap(({ target, kind, host, rounds }) =>
      new RoundTimeline(rounds).outages
        .filter(({ at }) => at >= since)
        .map(({ at, ms, rounds: count, isOver, why }) => ({
          time: new Date(at).toISOString(),
          target,
          kind,
          outage_s: Math.round(ms) / 1000,
          until: isOver ? new Date(at + ms).toISOString() : null,
          rounds: count,
          detail: why,
          host,
        })),
    );
  }

  private spansOf(timeline: RoundTimeline): Iterable<NamedSpan> {
    const { since, windows } = this.plan;
    return windows === null ? hoursOf(timeline, since) : windowsOf(timeline, windows, since);
  }
}

/** A span that has a row. */
interface NamedSpan extends Span {
  readonly name: ProbeReportRow['span'];
  /** When the row says that it began. */
  readonly time: number;
  /** When the row says that it ended. */
  readonly end: number;
}

/** The hours by the clock in which rounds began, or of which something is known. */
function* hoursOf(timeline: RoundTimeline, since: number | null): Iterable<NamedSpan> {
  const start = since ?? Number.NEGATIVE_INFINITY;
  let next = Number.NEGATIVE_INFINITY;
  let count = 0;
  for (const { at, knownUntil } of timeline.states()) {
    const from = Math.max(at, start);
    const last = at < start ? knownUntil - 1 : Math.max(at, knownUntil - 1);
    if (last < from) continue;
    for (let time = Math.max(hourOf(from), next); time <= last; time = next) {
      requireFew(++count, '--since TIME leaves out what is older');
      next = hourAfter(time);
      yield { name: 'hour', time, from: Math.max(time, start), until: next, end: next };
    }
  }
}

/** The windows, the earliest first; with `since`, only those that are whole since then. */
function* windowsOf(
  { rounds }: RoundTimeline,
  { length, step, end }: Windows,
  since: number | null,
): Iterable<NamedSpan> {
  const first = rounds[0]?.at ?? end;
  const count = since === null ? Math.ceil((end - first) / step) : Math.floor((end - since - length) / step) + 1;
  requireFew(count, 'a longer --window or --step has fewer');
  for (let index = count - 1; index >= 0; index--) {
    const until = end - index * step;
    yield { name: 'window', time: until - length, from: until - length, until, end: until };
  }
}

function requireFew(count: number, hint: string): void {
  if (count > MOST_SPANS) throw usageError(`the report would have more than ${MOST_SPANS} rows for a target`, { hint });
}

/** Everything since then, or since the first round, up to the end of the last state. */
function wholeOf({ rounds, end }: RoundTimeline, since: number | null): NamedSpan {
  const from = since ?? rounds[0]?.at ?? 0;
  return { name: 'total', time: from, from, until: Number.POSITIVE_INFINITY, end: Math.max(from, end) };
}

const isKnown = ({ rounds, knownMs }: SpanSum): boolean => rounds.length > 0 || knownMs > 0;

function rowOf({ target, kind, host }: History, { name, time, end }: NamedSpan, found: SpanSum): ProbeReportRow {
  const { rounds, knownMs, downMs } = found;
  const sum = (of: (round: KeptRound) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const told = rounds.filter(({ state }) => state !== 'unknown');
  const averages = Float64Array.from(rounds.flatMap(({ averageMs }) => (averageMs === null ? [] : [averageMs]))).sort();
  const sent = sum((round) => round.sent);
  const received = sum((round) => round.received);
  const longest = rounds.reduce((most, { maxMs }) => Math.max(most, maxMs ?? 0), 0);
  const shareUp = told.filter(({ state }) => state !== 'down').length / told.length;
  return {
    time: new Date(time).toISOString(),
    target,
    kind,
    rounds: rounds.length,
    availability_pct: knownMs > 0 ? percent(knownMs - downMs, knownMs) : told.length > 0 ? percent(shareUp, 1) : null,
    loss_pct: sent === 0 ? null : percent(sent - received, sent),
    rtt_avg_ms: received === 0 ? null : micros(sum((one) => (one.averageMs ?? 0) * one.received) / received),
    rtt_p95_ms: averages.length === 0 ? null : micros(percentile(averages, 95)),
    rtt_max_ms: averages.length === 0 ? null : micros(longest),
    outages: found.outages,
    outage_s: Math.round(downMs) / 1000,
    longest_outage_s: Math.round(found.longestMs) / 1000,
    span: name,
    until: new Date(end).toISOString(),
    known_s: Math.round(knownMs) / 1000,
    degraded_rounds: rounds.filter(({ state }) => state === 'degraded').length,
    unknown_rounds: rounds.length - told.length,
    sent,
    received,
    rtt_p50_ms: averages.length === 0 ? null : micros(percentile(averages, 50)),
    host,
  };
}

const percent = (part: number, whole: number): number => Math.round((1e5 * part) / whole) / 1e3;
const micros = (millis: number): number => Math.round(millis * 1e3) / 1e3;
