import type { RowBy } from '../record/table.ts';
import { type ProbeRow, probe } from '../record/tables/probe.ts';
import { unknownRow } from '../record/unknown-row.ts';
import type { Findings, Reply } from './prober.ts';
import { stateOf } from './round.ts';
import { roundTripStatistics } from './round-trip-statistics.ts';
import type { Target } from './target.ts';
import type { Standing } from './target-health.ts';

const UNKNOWN = unknownRow(probe);

/** The `probe` record of a round. `standing` is what the run knows of the target, the round included. */
export function probeRow(
  time: string,
  { text, kind, host, missing }: Target,
  replies: readonly Reply[],
  duplicates: number | null,
  standing: Standing,
  sinceTime: string | null,
): ProbeRow {
  const asked = replies.filter(({ ok }) => ok !== null);
  const times = asked.flatMap(({ rttMs }) => (rttMs === null ? [] : [rttMs]));
  const { min, avg, max, stddev, jitter, p50, p95 } = roundTripStatistics(times);
  const state = stateOf(replies);
  const found: Findings = Object.assign({}, ...replies.map(({ findings }) => findings), bestOffset(replies));
  const told: RowBy<typeof probe, null> = {
    time,
    target: text,
    kind,
    addr: replies.find(({ addr }) => addr !== null)?.addr ?? null,
    sent: asked.length,
    received: times.length,
    loss_pct: asked.length === 0 ? null : Math.round((1e5 * (asked.length - times.length)) / asked.length) / 1e3,
    rtt_min_ms: min,
    rtt_avg_ms: avg,
    rtt_max_ms: max,
    rtt_stddev_ms: stddev,
    jitter_ms: jitter,
    ok: state === 'unknown' ? null : state === 'up',
    detail: detailOf(replies),
    state,
    rtt_p50_ms: p50,
    rtt_p95_ms: p95,
    host: missing === undefined ? host : null,
    since: sinceTime,
    uptime_pct: standing.uptimePct === null ? null : Math.round(standing.uptimePct * 1e3) / 1e3,
    outages: standing.outages,
    outage_s: Math.round(standing.outageS * 1e3) / 1e3,
    reordered: reorderedOf(replies),
    duplicates,
  };
  return {
    ...UNKNOWN,
    ...told,
    ...Object.fromEntries(Object.entries(found).map(([name, value]) => [name, round(name, value)])),
  };
}

/** Clocks tell no more than microseconds. */
function round(name: string, value: unknown): unknown {
  return typeof value === 'number' && name.endsWith('_ms') ? Math.round(value * 1e3) / 1e3 : value;
}

/** The answer with the least delay shows a clock best (RFC 5905, 10). */
function bestOffset(replies: readonly Reply[]): Findings {
  const told = replies.filter(({ findings, rttMs }) => rttMs !== null && typeof findings.offset_ms === 'number');
  if (told.length === 0) return {};
  return { offset_ms: told.reduce((best, one) => (one.rttMs! < best.rttMs! ? one : best)).findings.offset_ms! };
}

/** What went wrong says more than what went well; each reason once, with how often. */
function detailOf(replies: readonly Reply[]): string {
  const bad = replies.filter(({ ok }) => ok !== true);
  const told = bad.length > 0 ? bad : replies.slice(-1);
  const counts = new Map<string, number>();
  for (const { detail } of told) counts.set(detail, (counts.get(detail) ?? 0) + 1);
  return [...counts].map(([detail, n]) => (n > 1 && counts.size > 1 ? `${detail} (${n} times)` : detail)).join('; ');
}

/** Answers that came before the answer to an earlier probe; null for kinds whose answers cannot overtake. */
function reorderedOf(replies: readonly Reply[]): number | null {
  const came = replies.flatMap(({ at }) => (at === null ? [] : [at]));
  if (came.length === 0) return null;
  let last = Number.NEGATIVE_INFINITY;
  let reordered = 0;
  for (const at of came) {
    if (at < last) reordered++;
    else last = at;
  }
  return reordered;
}
