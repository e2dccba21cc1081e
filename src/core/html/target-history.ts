import type { ProbeOutageRow } from '../record/tables/probe-outage.ts';
import type { ProbeReportRow } from '../record/tables/probe-report.ts';

/** How a target was in a span of time, as a picture needs it. Times are milliseconds since 1970. */
export interface HistorySpan {
  readonly from: number;
  readonly until: number;
  readonly knownS: number;
  readonly downS: number;
  readonly sent: number;
  readonly received: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly maxMs: number | null;
}

/** What a report holds about a target. */
export interface TargetHistory {
  readonly target: string;
  readonly kind: string;
  readonly host: string | null;
  readonly rows: ProbeReportRow[];
  readonly outages: ProbeOutageRow[];
  /** The row about all of it; null where none passed the filter. */
  total: ProbeReportRow | null;
}

/** A target as a reader tells it from others: a gateway has an address in each family. */
export function nameOf({ target, host }: Pick<TargetHistory, 'target' | 'host'>): string {
  return host === null || target.includes(host) ? target : `${target} (${host})`;
}

/** The spans of a target, as many as can be drawn: those side by side become one, in which the worst counts. */
export function spansOf({ rows }: Pick<TargetHistory, 'rows'>, most: number): readonly HistorySpan[] {
  const each = Math.max(1, Math.ceil(rows.length / most));
  const spans: HistorySpan[] = [];
  for (let at = 0; at < rows.length; at += each) spans.push(spanOf(rows.slice(at, at + each)));
  return spans;
}

function spanOf(rows: readonly ProbeReportRow[]): HistorySpan {
  const sum = (of: (row: ProbeReportRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const most = (of: (row: ProbeReportRow) => number | null): number | null =>
    rows.reduce<number | null>((worst, row) => (of(row) === null ? worst : Math.max(worst ?? 0, of(row)!)), null);
  return {
    from: Date.parse(rows[0]!.time),
    until: Date.parse(rows.at(-1)!.until ?? rows.at(-1)!.time),
    knownS: sum(({ known_s }) => known_s),
    downS: sum(({ outage_s }) => outage_s),
    sent: sum(({ sent }) => sent),
    received: sum(({ received }) => received),
    medianMs: most(({ rtt_p50_ms }) => rtt_p50_ms),
    p95Ms: most(({ rtt_p95_ms }) => rtt_p95_ms),
    maxMs: most(({ rtt_max_ms }) => rtt_max_ms),
  };
}

/** From the first span of any target to the end of the last. */
export function periodOf(histories: readonly TargetHistory[]): { readonly from: number; readonly until: number } {
  let from = Number.POSITIVE_INFINITY;
  let until = Number.NEGATIVE_INFINITY;
  for (const { rows } of histories)
    for (const row of rows) {
      from = Math.min(from, Date.parse(row.time));
      until = Math.max(until, Date.parse(row.until ?? row.time));
    }
  return { from, until };
}
