import type { ConnEventRow } from '../record/tables/conn-event.ts';
import type { ConnHistoryRow, HistoryKey } from '../record/tables/conn-history.ts';
import { compareText } from '../record/text-order.ts';
import { KnownSum } from './known-sum.ts';

/** Groups that are told apart, and names that are, in all groups together: a history may hold any number. */
const MOST_GROUPS = 100_000;
const MOST_NAMES = 1_000_000;

/** Names that are counted once each. */
class Different {
  private names: Set<string> | null = new Set();

  /** The number of names that were new; with no room for one, they are no longer counted. */
  add(name: string | null, hasRoom: boolean): number {
    if (name === null || this.names === null || this.names.has(name)) return 0;
    if (!hasRoom) {
      const left = this.names.size;
      this.names = null;
      return -left;
    }
    this.names.add(name);
    return 1;
  }

  count(): number | null {
    return this.names?.size ?? null;
  }
}

class Group {
  opened = 0;
  closed = 0;
  first: string;
  last: string;
  readonly rxBytes = new KnownSum();
  readonly txBytes = new KnownSum();
  readonly retransmitted = new KnownSum();
  readonly processes = new Different();
  readonly remotes = new Different();

  constructor(time: string) {
    this.first = time;
    this.last = time;
  }
}

/** Events of connections, in any order, summed up by a key. Times are those of the events: the wall clock, UTC. */
export class ConnHistory {
  private readonly groups = new Map<string | null, Group>();
  private readonly by: HistoryKey;
  /** Milliseconds since 1970; what was before counts for nothing. */
  private readonly since: number | null;
  private names = 0;
  /** Events for whose group there was no room. */
  left = 0;

  constructor(by: HistoryKey, since: number | null) {
    this.by = by;
    this.since = since;
  }

  ingest(row: ConnEventRow): void {
    const at = Date.parse(row.time);
    if (Number.isNaN(at) || (this.since !== null && at < this.since)) return;
    // in the form in which times sort as texts, whatever a file has
    const time = new Date(at).toISOString();
    const key = this.keyOf(row, time);
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= MOST_GROUPS) {
        this.left++;
        return;
      }
      group = new Group(time);
      this.groups.set(key, group);
    }
    this.add(group, row, time);
  }

  private add(group: Group, row: ConnEventRow, time: string): void {
    if (time < group.first) group.first = time;
    if (time > group.last) group.last = time;
    const hasRoom = this.names < MOST_NAMES;
    this.names += group.processes.add(row.process, hasRoom) + group.remotes.add(row.remote_addr, hasRoom);
    if (row.event === 'opened') group.opened++;
    if (row.event !== 'closed') return;
    group.closed++;
    // the counters of a connection are those of all its life: they are added when it is over
    group.rxBytes.add(row.rx_bytes);
    group.txBytes.add(row.tx_bytes);
    group.retransmitted.add(row.retrans);
  }

  private keyOf({ process, remote_addr }: ConnEventRow, time: string): string | null {
    switch (this.by) {
      case 'process':
        return process;
      case 'remote':
        return remote_addr;
      case 'hour':
        return `${time.slice(0, 13)}:00:00.000Z`;
    }
  }

  /** Hours in their order; processes and remotes by the number of connections that opened. */
  rows(): readonly ConnHistoryRow[] {
    const rows = [...this.groups].map(([key, group]) => this.rowOf(key, group));
    if (this.by === 'hour') return rows.sort((a, b) => compareText(a.time, b.time));
    return rows.sort((a, b) => b.opened - a.opened || b.closed - a.closed);
  }

  private rowOf(key: string | null, group: Group): ConnHistoryRow {
    return {
      time: this.by === 'hour' ? key! : group.first,
      by: this.by,
      key,
      opened: group.opened,
      closed: group.closed,
      rx_bytes: group.rxBytes.total(),
      tx_bytes: group.txBytes.total(),
      processes: group.processes.count(),
      remotes: group.remotes.count(),
      retrans: group.retransmitted.total(),
      until: group.last,
    };
  }
}
