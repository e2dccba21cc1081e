import { KeptValues, type Room } from '../percentile.ts';
import type { ConnRow } from '../record/tables/conn.ts';
import type { ConnSummaryRow, SummaryKey } from '../record/tables/conn-summary.ts';
import { KnownSum } from './known-sum.ts';

/** Undefined leaves a row out. */
const KEY_OF: Record<SummaryKey, (row: ConnRow) => string | null | undefined> = {
  process: (row) => row.process,
  pid: (row) => (row.pid === null ? null : String(row.pid)),
  remote: (row) => row.remote_addr,
  state: (row) => row.state,
  port: (row) => String(row.remote_port === null ? row.local_port : Math.min(row.local_port, row.remote_port)),
  user: (row) => row.user ?? (row.uid === null ? null : String(row.uid)),
  interface: (row) => (isConnection(row) ? undefined : row.iface),
  path: (row) => (isConnection(row) || row.remote_addr === null ? undefined : pathOf(row)),
  session: (row) => (isConnection(row) ? undefined : (row.mptcp_token ?? undefined)),
  subflow: (row) =>
    isConnection(row) || row.mptcp_token === null ? undefined : `${row.mptcp_token} ${row.iface ?? '?'} ${pathOf(row)}`,
};

/** What an MPTCP connection carries is counted where it is carried: in its subflows. */
const isConnection = (row: ConnRow): boolean => row.proto === 'mptcp';
const pathOf = (row: ConnRow): string => `${row.local_addr} > ${row.remote_addr}`;

/** Groups that are told apart; a file may name any number of processes or addresses. */
const MOST_GROUPS = 100_000;
/** Round-trip times that are kept for percentiles, of all groups together: up to 16 MB. */
const MOST_TIMES = 1_000_000;

/** Adds connections up by one of their properties. */
export class ConnSummary {
  /** Connections of groups beyond those that are told apart: in no row. */
  left = 0;
  private readonly groups = new Map<string | null, Group>();
  private readonly by: SummaryKey;
  private readonly mostGroups: number;
  private readonly room: Room;

  constructor(by: SummaryKey, mostGroups = MOST_GROUPS, mostTimes = MOST_TIMES) {
    this.by = by;
    this.mostGroups = mostGroups;
    this.room = { left: mostTimes };
  }

  add(row: ConnRow): void {
    const key = KEY_OF[this.by](row);
    if (key === undefined) return;
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= this.mostGroups) {
        this.left++;
        return;
      }
      group = new Group(this.room, this.by === 'subflow' ? row.mptcp_token : null);
      this.groups.set(key, group);
    }
    group.add(row);
  }

  /** The group with the most sockets first. */
  rows(time: string): ConnSummaryRow[] {
    const wholes = new Map<string | null, number>();
    for (const { session, moved } of this.groups.values()) wholes.set(session, (wholes.get(session) ?? 0) + moved);
    return [...this.groups]
      .map(([key, group]) => group.row(time, this.by, key, wholes.get(group.session)!))
      .sort((a, b) => b.conns - a.conns);
  }
}

/** The same of connections that are all there. */
export function summarize(rows: Iterable<ConnRow>, by: SummaryKey, time: string): ConnSummaryRow[] {
  const summary = new ConnSummary(by);
  for (const row of rows) summary.add(row);
  return summary.rows(time);
}

class Group {
  private conns = 0;
  private established = 0;
  private listening = 0;
  private readonly remotes = new Distinct();
  private readonly pids = new Distinct();
  private readonly processes = new Distinct();
  private readonly rx = new KnownSum();
  private readonly tx = new KnownSum();
  private readonly rxRate = new KnownSum();
  private readonly txRate = new KnownSum();
  private readonly rtt = new KnownSum();
  private readonly retrans = new KnownSum();
  private readonly times: KeptValues;

  /** The session whose bytes it has a share of; null for those of all groups. */
  readonly session: string | null;

  constructor(room: Room, session: string | null) {
    this.session = session;
    this.times = new KeptValues(room);
  }

  add(row: ConnRow): void {
    this.conns++;
    if (row.state === 'ESTABLISHED') this.established++;
    if (row.state === 'LISTEN') this.listening++;
    if (row.remote_addr !== null) this.remotes.add(row.remote_addr);
    for (const pid of row.pids) this.pids.add(pid);
    if (row.process !== null) this.processes.add(row.process);
    this.rx.add(row.rx_bytes);
    this.tx.add(row.tx_bytes);
    this.rxRate.add(row.rx_rate);
    this.txRate.add(row.tx_rate);
    this.rtt.add(row.rtt_ms);
    if (row.rtt_ms !== null) this.times.add(row.rtt_ms);
    this.retrans.add(row.retrans);
  }

  /** Bytes that are known, both ways. */
  get moved(): number {
    return (this.rx.total() ?? 0) + (this.tx.total() ?? 0);
  }

  row(time: string, by: SummaryKey, key: string | null, whole: number): ConnSummaryRow {
    return {
      time,
      by,
      key,
      conns: this.conns,
      established: this.established,
      listening: this.listening,
      remotes: this.remotes.size,
      rx_bytes: rounded(this.rx.total(), 1),
      tx_bytes: rounded(this.tx.total(), 1),
      rx_rate: rounded(this.rxRate.total(), 1),
      tx_rate: rounded(this.txRate.total(), 1),
      rtt_avg_ms: rounded(this.rtt.mean(), 3),
      rtt_p50_ms: this.times.percentile(50),
      rtt_p95_ms: this.times.percentile(95),
      rtt_p99_ms: this.times.percentile(99),
      retrans: rounded(this.retrans.total(), 1),
      pids: this.pids.all(),
      processes: this.processes.all(),
      session: this.session,
      share_pct: this.rx.total() === null || whole === 0 ? null : rounded((100 * this.moved) / whole, 2),
    };
  }
}

/** Different texts; most groups have one, which needs no set. */
class Distinct {
  private first: string | null = null;
  private more: Set<string> | null = null;

  get size(): number {
    return (this.first === null ? 0 : 1) + (this.more?.size ?? 0);
  }

  add(text: string): void {
    if (this.first === null) this.first = text;
    else if (text !== this.first) {
      this.more ??= new Set();
      this.more.add(text);
    }
  }

  all(): string[] {
    return this.first === null ? [] : [this.first, ...(this.more ?? [])];
  }
}

const rounded = (value: number | null, digits: number): number | null =>
  value === null ? null : Math.round(value * 10 ** digits) / 10 ** digits;
