import type { ConnRow } from '../record/tables/conn.ts';
import type { Ownership, Process } from './socket.ts';
import { tupleOf } from './socket-tuple.ts';
import type { TracedEnds, TracedProcess, TraceEvent } from './trace-event.ts';

/** Sockets that are remembered, the ones least heard of forgotten first. */
const MOST_SOCKETS = 100_000;
/** Ends that wait for somebody to take them. */
const MOST_ENDED = 50_000;
const MOST_OWNERS = 16;
const LISTEN = 10;

/** What was traced of one socket. */
export interface TracedSocket extends TracedEnds {
  readonly proto: ConnRow['proto'];
  /** 0 where it was never told. */
  readonly inode: number;
  /** Who used it, in the order in which that was told; null for nobody yet. */
  readonly owner: Ownership | null;
  /** Bytes and calls since it was watched, and of TCP what it ended with. */
  readonly rx_bytes: number;
  readonly tx_bytes: number;
  readonly rx_packets: number;
  readonly tx_packets: number;
  readonly bytes_retrans: number | null;
  /** The state in which it ended, as in include/net/tcp_states.h; null while it has not. */
  readonly endedIn: number | null;
}

type Draft = { -readonly [K in keyof TracedSocket]: TracedSocket[K] };

interface Kept {
  readonly socket: Draft;
  sock: string;
  key: string;
  /** When it was heard of last, and when it closed. */
  at: number;
  closedAt: number;
  processes: readonly TracedProcess[];
}

/**
 * The sockets of which the kernel told: who used them, what those moved that keep no counters, and which connections
 * came and went. Lines may come out of order by some milliseconds, so a late one is laid to the socket that had the
 * address when it was written. Bounded in all it keeps.
 */
export class SocketTrace {
  private readonly all = new Set<Kept>();
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
        if (kept === null) return;
        this.describe(kept, event, event.kind === 'moved' ? event.proto : 'tcp');
        this.own(kept, event.process);
        return;
      }
      case 'answered': {
        const kept = this.keptOf(event);
        if (kept !== null) this.describe(kept, event, 'tcp');
        return;
      }
      case 'closed': {
        const kept = this.keptOf(event);
        if (kept === null || kept.closedAt !== Number.POSITIVE_INFINITY) return;
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

  /** How many events could not be told so far: what they were about is missing. */
  get lost(): number {
    return this.untold;
  }

  /** The socket with this inode, or undefined. */
  withInode(inode: number): TracedSocket | undefined {
    return this.byInode.get(inode)?.socket;
  }

  /** The socket that had these ends last, gone or not, or undefined; the key is that of tupleOf. */
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

  /** The record a line belongs to; null for one about a socket that is forgotten. */
  private keptOf({ sock, inode, at }: { sock: string; inode: number; at: number }): Kept | null {
    const found = this.bySock.get(sock);
    if (found !== undefined) {
      const isOther = inode !== 0 && found.socket.inode !== 0 && inode !== found.socket.inode;
      if (!isOther && at <= found.closedAt) return this.touch(found, at);
      // a line from before the address was used again
      if (at < found.at) return inode === 0 ? null : (this.byInode.get(inode) ?? null);
    }
    const unnamed = this.byInode.get(inode);
    const kept = unnamed?.sock === '' ? unnamed : this.open(inode);
    kept.sock = sock;
    this.bySock.set(sock, kept);
    return this.touch(kept, at);
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
        endedIn: null,
      },
      sock: '',
      key: '',
      at: 0,
      closedAt: Number.POSITIVE_INFINITY,
      processes: [],
    };
    this.all.add(kept);
    if (inode !== 0) this.byInode.set(inode, kept);
    if (this.all.size > MOST_SOCKETS) this.forgetOldest();
    return kept;
  }

  private touch(kept: Kept, at: number): Kept {
    if (at > kept.at) kept.at = at;
    this.all.delete(kept);
    this.all.add(kept);
    return kept;
  }

  private forgetOldest(): void {
    const [oldest] = this.all;
    if (oldest === undefined) return;
    this.all.delete(oldest);
    if (this.bySock.get(oldest.sock) === oldest) this.bySock.delete(oldest.sock);
    if (this.byInode.get(oldest.socket.inode) === oldest) this.byInode.delete(oldest.socket.inode);
    if (this.byTuple.get(oldest.key) === oldest) this.byTuple.delete(oldest.key);
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
    this.byTuple.set(key, kept);
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
    socket.endedIn = event.previous;
    if (!this.keepsEnded || event.previous === LISTEN || socket.local_port === 0) return;
    if (this.ended.length < MOST_ENDED) this.ended.push(kept);
    else this.untold++;
  }

  private count({ inode, direction, bytes, calls }: TraceEvent & { readonly kind: 'bytes' }): void {
    const kept = this.byInode.get(inode) ?? this.open(inode);
    const { socket } = this.touch(kept, kept.at);
    if (direction === 'rx') {
      socket.rx_bytes += bytes;
      socket.rx_packets += calls;
    } else {
      socket.tx_bytes += bytes;
      socket.tx_packets += calls;
    }
  }
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
