import type { ChangeKind, ChangeRow } from '../record/tables/change.ts';
import type { Change } from './change.ts';
import { dnsChanges, neighborChanges, routeChanges } from './configuration-changes.ts';
import { counterChanges } from './counter-changes.ts';
import { hostChanges, isRestarted } from './host-changes.ts';
import { interfaceChanges } from './interface-changes.ts';
import { listenerChanges } from './listener-changes.ts';
import { remoteChanges } from './remote-changes.ts';
import type { SnapshotDocument } from './snapshot-document.ts';

/** The changes of a part; null where one of the snapshots does not have it. */
type PartChanges = Iterable<Change> | null;

/** What differs, and the parts that could not be compared because one of the two does not have them. */
export interface Comparison {
  readonly rows: readonly ChangeRow[];
  readonly left: readonly string[];
}

/** What differs between two snapshots, but for the kinds to ignore. What is unknown in one of them is no change. */
export function compareSnapshots(
  a: SnapshotDocument,
  b: SnapshotDocument,
  ignored: ReadonlySet<ChangeKind>,
): Comparison {
  const restarted = isRestarted(a, b);
  const both = <T>(before: T | null, after: T | null, of: (before: T, after: T) => Iterable<Change>): PartChanges =>
    before === null || after === null ? null : of(before, after);
  const parts: Readonly<Record<string, PartChanges>> = {
    host: both(a.host, b.host, (before, after) => hostChanges(before, after, restarted)),
    interfaces: both(a.ifaces, b.ifaces, (before, after) => interfaceChanges(before, after, restarted)),
    routes: both(a.routes, b.routes, routeChanges),
    'DNS servers': both(a.dns_servers, b.dns_servers, dnsChanges),
    neighbours: both(a.neighbors, b.neighbors, neighborChanges),
    listeners: both(a.listeners, b.listeners, listenerChanges),
    connections: both(a.conns, b.conns, (before, after) =>
      remoteChanges(before, after, [...(a.listeners ?? []), ...(b.listeners ?? [])]),
    ),
    counters: both(a.counters, b.counters, (before, after) => counterChanges(before, after, restarted)),
  };
  const times = { time: b.head.time, since: a.head.time };
  const rows: ChangeRow[] = [];
  for (const changes of Object.values(parts))
    for (const one of changes ?? []) if (!ignored.has(one.what)) rows.push(rowOf(one, times));
  return { rows, left: Object.keys(parts).filter((name) => parts[name] === null) };
}

function rowOf(one: Change, { time, since }: Pick<ChangeRow, 'time' | 'since'>): ChangeRow {
  return {
    time,
    what: one.what,
    change: one.change,
    key: one.key,
    field: one.field ?? null,
    before: one.before ?? null,
    after: one.after ?? null,
    delta: one.delta ?? null,
    process: one.process ?? null,
    pid: one.pid ?? null,
    direction: one.direction ?? null,
    proto: one.proto ?? null,
    addr: one.addr ?? null,
    port: one.port ?? null,
    iface: one.iface ?? null,
    since,
  };
}
