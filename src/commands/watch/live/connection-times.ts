import type { ConnRow } from '../../../core/record/tables/conn.ts';
import type { TrackedConnection } from '../model/machine.ts';

/** Connections of a capture that are remembered: the last ones. */
const MOST = 20_000;
/** A conversation that says nothing for so long is over. */
const SILENT_MS = 60_000;

/** When the connections of a capture were there, by its own times. `now` is its last moment, in milliseconds since 1970. */
export function connectionTimes(conns: readonly ConnRow[], now: number): readonly TrackedConnection[] {
  const timed = conns.flatMap((row, index): readonly TrackedConnection[] => {
    if (row.first_seen === null) return [];
    const first = Date.parse(row.first_seen);
    // of a capture, the time of its last packet
    const last = Math.max(first, Date.parse(row.time));
    const isOpen = row.state !== 'CLOSE' && row.state !== 'TIME_WAIT' && now - last < SILENT_MS;
    return [{ id: String(index), row, first, last, isOpen, states: [{ since: first, state: row.state }] }];
  });
  return timed.sort((a, b) => a.first - b.first).slice(-MOST);
}
