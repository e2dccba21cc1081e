import type { RowBy } from '../record/table.ts';
import type { HopRow } from '../record/tables/hop.ts';
import type { probe } from '../record/tables/probe.ts';

/** What a kind of probe finds beside the time: the fields that the record marks as of the prober. */
export type Findings = Partial<RowBy<typeof probe, 'prober'>>;

/** What became of one probe. */
export interface Reply {
  /** Milliseconds to the answer; null when there was none. */
  readonly rttMs: number | null;
  /** Whether it answered as it should; null when that cannot be told here: nothing could be asked. */
  readonly ok: boolean | null;
  /** Who was asked; null when the name has no address. */
  readonly addr: string | null;
  /** What was found, or why it failed, in a few words that may come from outside. */
  readonly detail: string;
  readonly findings: Findings;
  /** When it came, by the clock of the round in milliseconds, where answers may overtake one another; else null. */
  readonly at: number | null;
}

/** Asks one target, again and again. */
export interface Prober {
  /**
   * Sends one probe and resolves with what became of it, at the latest after `timeoutMs`, or when `signal` aborts. What
   * goes wrong is in the reply: it never rejects.
   */
  send(timeoutMs: number, signal: AbortSignal): Promise<Reply>;
  /** Answers that came again since this was last asked; null for a kind in which none can. */
  duplicates(): number | null;
  /** The hops of the path, as the probes since this was last asked found them; absent for a kind that looks at none. */
  hops?(): readonly Omit<HopRow, 'time' | 'target'>[];
  close(): void;
}
