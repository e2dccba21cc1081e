import type { IfaceRow } from '../record/tables/iface.ts';
import { MovingStart } from './moving-start.ts';

/** More interfaces are not told apart. */
export const MOST_INTERFACES = 10_000;

export type InterfaceCounter = `${'rx' | 'tx'}_${'packets' | 'errors' | 'dropped'}` | 'collisions';

/** An interface as it is now, and what happened since it was first seen, or lately in a longer run. */
export interface GrownInterface {
  readonly row: IfaceRow;
  /** Seconds over which it grew, and these in words: `in 10s`. */
  readonly seconds: number;
  readonly time: string;
  /** 0 where the driver does not count. */
  readonly grown: (counter: InterfaceCounter) => number;
}

const COUNTERS = [
  ...(['rx_packets', 'tx_packets', 'rx_errors', 'tx_errors', 'rx_dropped', 'tx_dropped', 'collisions'] as const),
] satisfies readonly InterfaceCounter[];

interface Seen {
  readonly start: MovingStart<IfaceRow>;
  readonly last: IfaceRow;
  lastAt: number;
}

/** The growth of the counters of interfaces. An interface that is made again, or counts anew, begins anew. */
export class InterfaceGrowth {
  private seen: ReadonlyMap<string, Seen> = new Map();

  take(rows: readonly IfaceRow[], at: number): void {
    const next = new Map<string, Seen>();
    for (const row of rows.slice(0, MOST_INTERFACES)) {
      const before = this.seen.get(row.name);
      const goesOn = before !== undefined && before.last.index === row.index && !hasFallen(before.last, row);
      const start = goesOn ? before.start : new MovingStart(row, at);
      start.take(row, at);
      next.set(row.name, { start, last: row, lastAt: at });
    }
    this.seen = next;
  }

  clockJumped(by: number): void {
    for (const seen of this.seen.values()) {
      seen.start.clockJumped(by);
      seen.lastAt += by;
    }
  }

  *all(): Iterable<GrownInterface> {
    for (const { start, last, lastAt } of this.seen.values()) {
      const grown = (counter: InterfaceCounter): number => {
        const from = start.value[counter];
        const to = last[counter];
        return from === null || to === null ? 0 : to - from;
      };
      yield { row: last, seconds: lastAt - start.at, time: start.timeText(lastAt), grown };
    }
  }
}

const hasFallen = (before: IfaceRow, now: IfaceRow): boolean =>
  COUNTERS.some((counter) => (now[counter] ?? 0) < (before[counter] ?? 0));
