import type { IfaceRow } from '../record/tables/iface.ts';

/** More interfaces are not told apart. */
export const MOST_INTERFACES = 10_000;

export type InterfaceCounter = `${'rx' | 'tx'}_${'packets' | 'errors' | 'dropped'}` | 'collisions';

/** An interface as it is now, and what happened since it was first seen. */
export interface GrownInterface {
  readonly row: IfaceRow;
  /** Seconds between the first look and the last one. */
  readonly seconds: number;
  /** 0 where the driver does not count. */
  readonly grown: (counter: InterfaceCounter) => number;
}

const COUNTERS = [
  ...(['rx_packets', 'tx_packets', 'rx_errors', 'tx_errors', 'rx_dropped', 'tx_dropped', 'collisions'] as const),
] satisfies readonly InterfaceCounter[];

interface Seen {
  readonly first: IfaceRow;
  readonly firstAt: number;
  readonly last: IfaceRow;
  readonly lastAt: number;
}

/** The counters of interfaces since the first look. An interface that is made again, or counts anew, begins anew. */
export class InterfaceGrowth {
  private seen: ReadonlyMap<string, Seen> = new Map();

  take(rows: readonly IfaceRow[], at: number): void {
    const next = new Map<string, Seen>();
    for (const row of rows.slice(0, MOST_INTERFACES)) {
      const before = this.seen.get(row.name);
      const goesOn = before !== undefined && before.last.index === row.index && !hasFallen(before.last, row);
      const { first, firstAt } = goesOn ? before : { first: row, firstAt: at };
      next.set(row.name, { first, firstAt, last: row, lastAt: at });
    }
    this.seen = next;
  }

  *all(): Iterable<GrownInterface> {
    for (const { first, firstAt, last, lastAt } of this.seen.values()) {
      const grown = (counter: InterfaceCounter): number => {
        const from = first[counter];
        const to = last[counter];
        return from === null || to === null ? 0 : to - from;
      };
      yield { row: last, seconds: lastAt - firstAt, grown };
    }
  }
}

const hasFallen = (before: IfaceRow, now: IfaceRow): boolean =>
  COUNTERS.some((counter) => (now[counter] ?? 0) < (before[counter] ?? 0));
