import type { HostRow } from '../record/tables/network-config.ts';
import { type Change, changeOf } from './change.ts';
import type { SnapshotDocument } from './snapshot-document.ts';

/** Clocks are set, and times are read one after another. */
const TOLERANCE_MS = 2000;

/** Whether the machine was started after the first snapshot: its counters began at zero. */
export function isRestarted(a: SnapshotDocument, b: SnapshotDocument): boolean {
  const [before, after] = [a.host?.uptime_s ?? null, b.host?.uptime_s ?? null];
  if (before === null || after === null) return false;
  const startedAt = Date.parse(b.head.time) - after * 1000;
  return after < before || startedAt > Date.parse(a.head.time) + TOLERANCE_MS;
}

/** Another name, system or kernel, and a start. */
export function* hostChanges(before: HostRow, after: HostRow, restarted: boolean): Iterable<Change> {
  for (const field of ['hostname', 'os', 'kernel'] as const) {
    const changed = before[field] === null || after[field] === null ? null : changeOf(before[field], after[field]);
    if (changed !== null) yield { what: 'host', key: after.hostname, field, ...changed };
  }
  if (!restarted) return;
  const [earlier, later] = [String(before.uptime_s), String(after.uptime_s)];
  yield { what: 'host', change: 'reset', key: after.hostname, field: 'uptime_s', before: earlier, after: later };
}
