import { endpointText } from '../net/endpoint-text.ts';
import { type Change, changeOf, grouped, pairs } from './change.ts';
import type { SnapshotSocket } from './snapshot-document.ts';

/** Sockets that began or ceased to listen, and those that another process holds now. An unknown process is no other one. */
export function* listenerChanges(
  before: readonly SnapshotSocket[],
  after: readonly SnapshotSocket[],
): Iterable<Change> {
  for (const pair of pairs(grouped(before, listenerKey), grouped(after, listenerKey))) {
    const [first] = pair.after ?? pair.before ?? [];
    if (first === undefined) continue;
    const { proto, local_addr: addr, local_port: port, iface } = first;
    const told = {
      what: 'listener',
      key: pair.key,
      process: first.process,
      pid: first.pid,
      proto,
      addr,
      port,
      iface,
    } as const;
    if (pair.before === null) yield { ...told, change: 'added', after: namesOf(pair.after ?? []) };
    else if (pair.after === null) yield { ...told, change: 'removed', before: namesOf(pair.before) };
    else {
      const [earlier, later] = [namesOf(pair.before), namesOf(pair.after)];
      const changed = earlier === null || later === null ? null : changeOf(earlier, later);
      if (changed !== null) yield { ...told, field: 'process', ...changed };
    }
  }
}

const listenerKey = ({ proto, local_addr, local_port }: SnapshotSocket): string =>
  `${proto} ${endpointText(local_addr, local_port)}`;

/** The processes that hold them; null where one is unknown. */
function namesOf(rows: readonly SnapshotSocket[]): string | null {
  const names = rows.map(({ process }) => process);
  return names.includes(null) ? null : [...new Set(names)].sort().join(', ');
}
