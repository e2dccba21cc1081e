import type { ConnRow, SocketState } from '../../../core/record/tables/conn.ts';
import { identifyConn } from '../model/identify-conn.ts';
import type { ClosedTraffic, TrackedConnection } from '../model/machine.ts';
import { ClosedTrafficCounter } from './closed-traffic.ts';

/** Connections that are remembered: those that are open, and of those that are not the last ones. */
const MOST = 20_000;
const MOST_CLOSED = 2000;
/** Changes of state that are remembered of each; the last ones. */
const MOST_STATES = 16;

/** Remembers when connections were first and last seen, and in which states. */
export class ConnectionTracker {
  private open = new Map<string, TrackedConnection>();
  private closed: TrackedConnection[] = [];
  private readonly traffic = new ClosedTrafficCounter();

  /** Takes all connections that there are at a moment, in milliseconds since 1970. */
  ingest(rows: readonly ConnRow[], now: number): void {
    const open = new Map<string, TrackedConnection>();
    for (const row of rows) {
      if (open.size >= MOST) break;
      const id = identifyConn(row);
      const before = this.open.get(id);
      this.open.delete(id);
      const { state } = row;
      if (before === undefined) {
        const first = row.first_seen === null ? now : Math.min(now, Date.parse(row.first_seen));
        open.set(id, { id, row, first, last: now, isOpen: true, states: [{ since: first, state }] });
      } else open.set(id, { ...before, row, last: now, states: withState(before.states, state, now) });
    }
    for (const gone of this.open.values()) {
      this.closed.push({ ...gone, isOpen: false });
      this.traffic.add(gone.row);
    }
    if (this.closed.length > MOST_CLOSED) this.closed = this.closed.slice(-MOST_CLOSED);
    this.open = open;
  }

  /** What those carried that are gone. */
  get closedTraffic(): ClosedTraffic {
    return this.traffic.current;
  }

  /** All of them, those that were first seen first. */
  tracked(): readonly TrackedConnection[] {
    return [...this.closed, ...this.open.values()].sort(
      (a, b) => a.first - b.first || Number(b.isOpen) - Number(a.isOpen),
    );
  }
}

function withState(
  states: TrackedConnection['states'],
  state: SocketState | null,
  now: number,
): TrackedConnection['states'] {
  if (states.at(-1)?.state === state) return states;
  return [...states.slice(1 - MOST_STATES), { since: now, state }];
}
