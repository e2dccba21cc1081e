import type { ConnRow } from '../record/tables/conn.ts';
import type { Ownership, Process } from '../socket/socket.ts';
import { tupleOf } from '../socket/socket-tuple.ts';
import type { TracedEnds, TracedProcess, TraceEvent } from './trace-event.ts';

/**
 * The most sockets of a generation. Those of the previous one are also remembered, and forgotten if no event names them
 * in this one.
 */
const MOST_OF_GENERATION = 50_000;
/** The most ended connections that wait to be taken. */
const MOST_ENDED = 50_000;
const MOST_OWNERS = 16;
/** The most earlier sockets of one kernel address that late lines may still be about. */
const MOST_BEFORE = 4;
const LISTEN = 10;

/** What was traced about one socket. */
export interface TracedSocket extends TracedEnds {
  readonly proto: ConnRow['proto'];
  /** 0 if it was never reported. */
  readonly inode: number;
  /** The processes that used it, in the order in which they were reported; null for none yet. */
  readonly owner: Ownership | null;
  /** Bytes and calls since it has been watched; for TCP, the final counters. */
  readonly rx_bytes: number;
  readonly tx_bytes: number;
  readonly rx_packets: number;
  readonly tx_packets: number;
  readonly bytes_retrans: number | null;
  /** When it ended, in nanoseconds of the monotonic clock; infinite while it has not. */
  readonly endedAt: number;
  /** The state in which it ended, as in include/net/tcp_states.h; null while it has not. */
  readonly endedIn: number | null;
}

type Draft = { -readonly [K in keyof TracedSocket]: TracedSocket[K] };

interface Kept {
  readonly socket: Draft;
  sock: string;
  key: string;
  /** The time of the first event about it, and when it closed. */
  bornAt: number;
  closedAt: number;
  /** The previous socket with this address in the kernel. */
  before: Kept | undefined;
  processes: readonly TracedProcess[];
  generation: number;
}

/**
 * The sockets that the kernel reported: which processes used them, how much those without counters moved, and which
 * connections came and went. Lines of different processors come out of order, and the kernel reuses an address at once,
 * so a line is attributed to the socket that had the address when it was written. Everything it keeps is bounded.
 */
export class SocketTrace {
  /** Two generations instead of one ordering by age: taking the oldest out of a Set one by one becomes slow. */
  private young: Kept[] = [];
  private old: readonly Kept[] = [];
  private generation = 0;
  private readonly bySock = new Map<string, Kept>();
  private readonly byInode = new Map<number, Kept>();
  private readonly byTuple = new Map<string, Kept>();
  private readonly keepsEnded: boolean;
  private ended: Kept[] = [];
  private untold = 0;
  /** Grows with every line that may name an owner. */
  revision = 0;

  /** With `keepsEnded`, connections that ended are kept for takeEnded. */
  constructor(keepsEnded: boolean) {
    this.keepsEnded = keepsEnded;
  }

  readonly ingest = (event: TraceEvent): void => {
    switch (event.kind) {
      case 'moved':
      case 'changed': {
        const kept = this.keptOf(event);
        this.describe(kept, event, event.kind === 'moved' ? event.proto : 'tcp');
        this.own(kept, event.process);
        return;
      }
      case 'answered':
        this.describe(this.keptOf(event), event, 'tcp');
        return;
      case 'closed': {
        const kept = this.keptOf(event);
        if (kept.closedAt !== Number.POSITIVE_INFINITY) return;
        this.describe(kept, event, 'tcp');
        this.close(kept, event);
        return;
      }
      case 'bytes':
        this.count(event);
        return;
      case 'lost':
        this.untold += event.events;
    }
  };

  /** How many events could not be reported so far: what they were about is missing. */
  get lost(): number {
    return this.untold;
  }

  /** The socket with this inode, or undefined. */
  withInode(inode: number): TracedSocket | undefined {
    return this.byInode.get(inode)?.socket;
  }

  /** The last socket that had these ends, closed or not, or undefined; the key is that of tupleOf. */
  withEnds(key: string): TracedSocket | undefined {
    return this.byTuple.get(key)?.socket;
  }

  /** Forgets the ends of a socket that is known to be closed: the next one with them is another. */
  release(key: string): void {
    this.byTuple.delete(key);
  }

  /** The TCP connections that ended before a moment, in nanoseconds of the monotonic clock, each once. */
  takeEnded(before: number): readonly TracedSocket[] {
    const taken = this.ended.filter(({ closedAt }) => closedAt < before);
    this.ended = this.ended.filter(({ closedAt }) => closedAt >= before);
    return taken.map(({ socket }) => socket);
  }

  /** The record a line belongs to: among those of its address, the one that its inode and its time fit, or a new one. */
  private keptOf(line: TracedEnds & { readonly sock: string; readonly inode: number; readonly at: number }): Kept {
    const { sock, inode, at } = line;
    let newer: Kept | undefined;
    let kept = this.bySock.get(sock);
    for (; kept !== undefined && at <= kept.closedAt; newer = kept, kept = kept.before) {
      const known = kept.socket.inode;
      if (inode !== 0 && (known === 0 ? hasOtherEnds(kept.socket, line) : inode !== known)) {
        if (at >= kept.bornAt) break; // its end is not told yet
      } else if (inode !== 0 || at >= kept.bornAt) {
        return this.touch(kept, at);
      }
    }
    const unnamed = this.byInode.get(inode);
    const fresh = unnamed?.sock === '' ? unnamed : this.open(inode);
    fresh.sock = sock;
    fresh.before = kept;
    if (newer === undefined) this.bySock.set(sock, fresh);
    else newer.before = fresh;
    let last: Kept | undefined = this.bySock.get(sock);
    for (let count = 1; count < MOST_BEFORE; count++) last = last?.before;
    if (last !== undefined) last.before = undefined;
    return this.touch(fresh, at);
  }

  private open(inode: number): Kept {
    const kept: Kept = {
      socket: {
        proto: 'tcp',
        family: 'ipv4',
        local_addr: '0.0.0.0',
        local_port: 0,
        remote_addr: null,
        remote_port: null,
        inode,
        owner: null,
        rx_bytes: 0,
        tx_bytes: 0,
        rx_packets: 0,
        tx_packets: 0,
        bytes_retrans: null,
        endedAt: Number.POSITIVE_INFINITY,
        endedIn: null,
      },
      sock: '',
      key: '',
      bornAt: Number.POSITIVE_INFINITY,
      closedAt: Number.POSITIVE_INFINITY,
      before: undefined,
      processes: [],
      generation: -1,
    };
    if (inode !== 0) this.byInode.set(inode, kept);
    return this.touch(kept, Number.POSITIVE_INFINITY);
  }

  private touch(kept: Kept, at: number): Kept {
    if (at < kept.bornAt) kept.bornAt = at;
    if (kept.generation === this.generation) return kept;
    kept.generation = this.generation;
    this.young.push(kept);
    if (this.young.length >= MOST_OF_GENERATION) this.age();
    return kept;
  }

  private age(): void {
    for (const kept of this.old) if (kept.generation < this.generation) this.forget(kept);
    this.old = this.young;
    this.young = [];
    this.generation++;
  }

  private forget(kept: Kept): void {
    if (this.bySock.get(kept.sock) === kept) this.bySock.delete(kept.sock);
    if (this.byInode.get(kept.socket.inode) === kept) this.byInode.delete(kept.socket.inode);
    if (this.byTuple.get(kept.key) === kept) this.byTuple.delete(kept.key);
  }

  private describe(kept: Kept, event: TracedEnds & { readonly inode: number }, proto: ConnRow['proto']): void {
    const { socket } = kept;
    if (socket.inode === 0 && event.inode !== 0) {
      socket.inode = event.inode;
      this.byInode.set(event.inode, kept);
    }
    socket.proto = proto;
    // a socket that closes may have let go of its port
    if (event.local_port === 0 && socket.local_port !== 0) return;
    // one that is late knows less: a peer is only ever added
    if (event.remote_port === null && socket.remote_port !== null && proto === 'tcp') return;
    socket.family = event.family;
    socket.local_addr = event.local_addr;
    socket.local_port = event.local_port;
    socket.remote_addr = event.remote_addr;
    socket.remote_port = event.remote_port;
    if (event.local_port === 0) return;
    const key = tupleOf(socket);
    if (key !== kept.key && this.byTuple.get(kept.key) === kept) this.byTuple.delete(kept.key);
    kept.key = key;
    const other = this.byTuple.get(key);
    if (other === undefined || other.bornAt <= kept.bornAt) this.byTuple.set(key, kept);
    this.revision++;
  }

  private own(kept: Kept, process: TracedProcess): void {
    const { processes } = kept;
    const known = processes.findIndex(({ pid }) => pid === process.pid);
    if (known >= 0 && processes[known]!.name === process.name) return;
    // the same process under another name: it has executed another program
    if (known >= 0) kept.processes = processes.with(known, process);
    else if (processes.length < MOST_OWNERS) kept.processes = [...processes, process];
    else return;
    kept.socket.owner = ownershipOf(kept.processes);
    this.revision++;
  }

  private close(kept: Kept, event: TraceEvent & { readonly kind: 'closed' }): void {
    const { socket } = kept;
    kept.closedAt = event.at;
    socket.rx_bytes = event.rx_bytes ?? 0;
    socket.tx_bytes = event.tx_bytes ?? 0;
    socket.rx_packets = event.rx_packets ?? 0;
    socket.tx_packets = event.tx_packets ?? 0;
    socket.bytes_retrans = event.bytes_retrans;
    socket.endedAt = event.at;
    socket.endedIn = event.previous;
    if (!this.keepsEnded || event.previous === LISTEN || socket.local_port === 0) return;
    if (this.ended.length < MOST_ENDED) this.ended.push(kept);
    else this.untold++;
  }

  private count({ inode, direction, bytes, calls }: TraceEvent & { readonly kind: 'bytes' }): void {
    const kept = this.byInode.get(inode) ?? this.open(inode);
    const { socket } = this.touch(kept, kept.bornAt);
    if (direction === 'rx') {
      socket.rx_bytes += bytes;
      socket.rx_packets += calls;
    } else {
      socket.tx_bytes += bytes;
      socket.tx_packets += calls;
    }
  }
}

/** Whether two connections differ, as far as both have their ports yet. */
function hasOtherEnds(a: TracedEnds, b: TracedEnds): boolean {
  if (a.local_port === 0 || b.local_port === 0 || a.remote_port === null || b.remote_port === null) return false;
  return a.local_port !== b.local_port || a.remote_port !== b.remote_port;
}

function ownershipOf(traced: readonly TracedProcess[]): Ownership {
  const processes = traced.map(
    ({ pid, uid, name, comm }): Process => ({
      pid,
      name,
      comm,
      uid,
      exe: null,
      cmdline: null,
      cgroup: null,
      container: null,
      started: null,
    }),
  );
  return { processes, attribution: processes.length === 1 ? 'ebpf exact' : 'ebpf shared' };
}
