import type { IfaceRow } from '../record/tables/iface.ts';
import { RecentLooks } from './recent-looks.ts';

/** More interfaces are not told apart. */
export const MOST_INTERFACES = 10_000;

export type InterfaceCounter = `${'rx' | 'tx'}_${'packets' | 'errors' | 'dropped'}` | 'collisions';

/** An interface as it is now, and what happened in the last ten minutes. */
export interface GrownInterface {
  readonly row: IfaceRow;
  /** Seconds in which it happened. */
  readonly seconds: number;
  /** 0 where the driver does not count. */
  readonly grown: (counter: InterfaceCounter) => number;
}

const COUNTERS = [
  ...(['rx_packets', 'tx_packets', 'rx_errors', 'tx_errors', 'rx_dropped', 'tx_dropped', 'collisions'] as const),
] satisfies readonly InterfaceCounter[];

/** The counters of interfaces in the last ten minutes. An interface that is made again, or counts anew, begins anew. */
export class InterfaceGrowth {
  private seen: ReadonlyMap<string, RecentLooks<IfaceRow>> = new Map();

  take(rows: readonly IfaceRow[], at: number): void {
    const next = new Map<string, RecentLooks<IfaceRow>>();
    for (const row of rows.slice(0, MOST_INTERFACES)) {
      const before = this.seen.get(row.name);
      const goesOn = before !== undefined && before.last.index === row.index && !hasFallen(before.last, row);
      if (goesOn) before.take(row, at);
      next.set(row.name, goesOn ? before : new RecentLooks(row, at));
    }
    this.seen = next;
  }

  *all(): Iterable<GrownInterface> {
    for (const { first, last, seconds } of this.seen.values()) {
      const grown = (counter: InterfaceCounter): number => {
        const from = first[counter];
        const to = last[counter];
        return from === null || to === null ? 0 : to - from;
      };
      yield { row: last, seconds, grown };
    }
  }
}

const hasFallen = (before: IfaceRow, now: IfaceRow): boolean =>
  COUNTERS.some((counter) => (now[counter] ?? 0) < (before[counter] ?? 0));
