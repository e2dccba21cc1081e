import type { ProbeRow } from '../record/tables/probe.ts';

/** Rounds of a target that are remembered, for a row of cells that shows how it went. */
export const HISTORY = 60;

/** How the last rounds of one target went. */
export class RoundHistory {
  /** Mean time to an answer, in milliseconds, the oldest first; null for none, NaN for unknown. */
  readonly averagesMs: (number | null)[] = [];

  ingest({ state, rtt_avg_ms }: Pick<ProbeRow, 'state' | 'rtt_avg_ms'>): void {
    this.averagesMs.push(state === 'unknown' ? Number.NaN : rtt_avg_ms);
    if (this.averagesMs.length > HISTORY) this.averagesMs.shift();
  }
}
