import type { ProbeKind, ProbeRow, ProbeState } from '../../record/tables/probe.ts';
import type { ProbeReportRow } from '../../record/tables/probe-report.ts';
import { percentile } from '../round-trip-statistics.ts';

/** What is kept of a round. */
interface Round {
  readonly at: number;
  readonly state: ProbeState;
  readonly sent: number;
  readonly received: number;
  readonly averageMs: number | null;
  readonly maxMs: number | null;
}

interface History {
  readonly target: string;
  readonly kind: ProbeKind;
  readonly rounds: Round[];
}

const HOUR = 3_600_000;
/** Rounds further apart than so many usual steps: some are missing between them, and nothing is known of that time. */
const MISSING_AFTER = 3;

/** Records of rounds, in any order, summed up by hour (UTC) and target. Times are those of the records: the wall clock. */
export class HistoryReport {
  private readonly histories = new Map<string, History>();

  ingest({ target, kind, host, time, state, sent, received, rtt_avg_ms, rtt_max_ms }: ProbeRow): void {
    const at = Date.parse(time);
    if (Number.isNaN(at)) return;
    // a gateway has an address in each family
    const key = JSON.stringify([target, kind, host?.includes(':') ?? false]);
    const history = this.histories.get(key) ?? { target, kind, rounds: [] };
    this.histories.set(key, history);
    history.rounds.push({ at, state, sent, received, averageMs: rtt_avg_ms, maxMs: rtt_max_ms });
  }

  /** Rows by hour, then in the order in which the targets were met. */
  rows(): readonly ProbeReportRow[] {
    const rows = [...this.histories.values()].flatMap(hoursOf);
    return rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }
}

/** An hour that is being summed up. */
interface Hour {
  readonly rounds: Round[];
  knownMs: number;
  downMs: number;
  outages: number;
  longestMs: number;
}

function hoursOf({ target, kind, rounds }: History): readonly ProbeReportRow[] {
  const sorted = rounds.sort((a, b) => a.at - b.at);
  const step = usualStep(sorted);
  const hours = new Map<number, Hour>();
  const hourAt = (at: number): Hour => {
    const start = Math.floor(at / HOUR) * HOUR;
    const hour = hours.get(start) ?? { rounds: [], knownMs: 0, downMs: 0, outages: 0, longestMs: 0 };
    hours.set(start, hour);
    return hour;
  };
  let outage: { readonly hour: Hour; ms: number } | null = null;
  for (const [index, round] of sorted.entries()) {
    const hour = hourAt(round.at);
    hour.rounds.push(round);
    const next = sorted[index + 1];
    const isLast = next === undefined || next.at - round.at > MISSING_AFTER * step;
    // what comes after the last is only guessed, and makes no hour of its own
    const until = isLast ? Math.min(round.at + step, hourEnd(round.at)) : next.at;
    const isDown = round.state === 'down';
    if (!isDown) outage = null;
    else if (outage === null) {
      hour.outages++;
      outage = { hour, ms: 0 };
    }
    if (outage !== null) {
      outage.ms += until - round.at;
      outage.hour.longestMs = Math.max(outage.hour.longestMs, outage.ms);
      if (isLast) outage = null;
    }
    if (round.state !== 'unknown') spread(round.at, until, isDown, hourAt);
  }
  return [...hours].map(([start, hour]) => rowOf(start, hour, target, kind));
}

/** A state lasts until the next round, over the ends of hours. */
function spread(from: number, until: number, isDown: boolean, hourAt: (at: number) => Hour): void {
  for (let at = from; at < until; ) {
    const end = Math.min(until, hourEnd(at));
    const hour = hourAt(at);
    hour.knownMs += end - at;
    if (isDown) hour.downMs += end - at;
    at = end;
  }
}

const hourEnd = (at: number): number => (Math.floor(at / HOUR) + 1) * HOUR;

/** The median time between two rounds; 0 for a single one, which then lasts no time. */
function usualStep(sorted: readonly Round[]): number {
  if (sorted.length < 2) return 0;
  const steps = Float64Array.from(sorted.slice(1), (round, index) => round.at - sorted[index]!.at).sort();
  return percentile(steps, 50);
}

function rowOf(start: number, hour: Hour, target: string, kind: ProbeKind): ProbeReportRow {
  const { rounds, knownMs, downMs } = hour;
  const sum = (of: (round: Round) => number): number => rounds.reduce((total, round) => total + of(round), 0);
  const told = rounds.filter(({ state }) => state !== 'unknown');
  const averages = Float64Array.from(rounds.flatMap(({ averageMs }) => (averageMs === null ? [] : [averageMs]))).sort();
  const sent = sum((round) => round.sent);
  const received = sum((round) => round.received);
  const longest = rounds.reduce((most, { maxMs }) => Math.max(most, maxMs ?? 0), 0);
  const shareUp = told.filter(({ state }) => state !== 'down').length / told.length;
  return {
    time: new Date(start).toISOString(),
    target,
    kind,
    rounds: rounds.length,
    availability_pct: knownMs > 0 ? percent(knownMs - downMs, knownMs) : told.length > 0 ? percent(shareUp, 1) : null,
    loss_pct: sent === 0 ? null : percent(sent - received, sent),
    rtt_avg_ms: received === 0 ? null : micros(sum((one) => (one.averageMs ?? 0) * one.received) / received),
    rtt_p95_ms: averages.length === 0 ? null : micros(percentile(averages, 95)),
    rtt_max_ms: averages.length === 0 ? null : micros(longest),
    outages: hour.outages,
    outage_s: Math.round(downMs) / 1000,
    longest_outage_s: Math.round(hour.longestMs) / 1000,
    known_s: Math.round(knownMs) / 1000,
    degraded_rounds: rounds.filter(({ state }) => state === 'degraded').length,
    unknown_rounds: rounds.length - told.length,
    sent,
    received,
  };
}

const percent = (part: number, whole: number): number => Math.round((1e5 * part) / whole) / 1e3;
const micros = (millis: number): number => Math.round(millis * 1e3) / 1e3;
