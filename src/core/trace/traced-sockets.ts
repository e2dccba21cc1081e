import { blankSocket } from '../socket/blank-socket.ts';
import type { Ownership, Socket, SocketReading } from '../socket/socket.ts';
import { tupleOf } from '../socket/socket-tuple.ts';
import type { SocketTrace, TracedSocket } from './socket-trace.ts';

/**
 * A reading with what was traced: counters, since they were watched, of sockets that keep none, and owners that the
 * reading could not name, even of connections whose processes are gone. Without `counters`, owners only.
 */
export function tracedReading(reading: SocketReading, trace: SocketTrace, counters: boolean): SocketReading {
  return {
    ...reading,
    sockets: counters ? reading.sockets.map((socket) => withTracedCounters(socket, trace)) : reading.sockets,
    ownerOf(socket) {
      const owner = reading.ownerOf(socket);
      return owner.processes.length > 0 ? owner : (tracedOwner(socket, trace) ?? owner);
    },
  };
}

/** The processes that used a socket, or null; a socket without an inode is recognised by its ends. */
export function tracedOwner(socket: Socket, trace: SocketTrace): Ownership | null {
  return tracedSocket(socket, trace)?.owner ?? null;
}

function tracedSocket(socket: Socket, trace: SocketTrace): TracedSocket | undefined {
  return socket.inode === null ? trace.withEnds(tupleOf(socket)) : trace.withInode(socket.inode);
}

function withTracedCounters(socket: Socket, trace: SocketTrace): Socket {
  // TCP tells its own, from its beginning; without an inode nothing was moved by a process
  if (socket.proto === 'tcp' || socket.rx_bytes !== null || socket.inode === null) return socket;
  return withCountersOf(socket, trace.withInode(socket.inode));
}

function withCountersOf(socket: Socket, traced: TracedSocket | undefined): Socket {
  return {
    ...socket,
    rx_bytes: traced?.rx_bytes ?? 0,
    tx_bytes: traced?.tx_bytes ?? 0,
    rx_packets: traced?.rx_packets ?? 0,
    tx_packets: traced?.tx_packets ?? 0,
    source: 'ebpf',
  };
}

/** How long reported ends are remembered, so that they are not reported again. */
const TOLD_MS = 10_000;
const MOST_TOLD = 100_000;
/** include/net/tcp_states.h */
const SYN_SENT = 2;

/** An end that was reported. */
interface Told {
  readonly nowMs: number;
  /**
   * The system has reported it, and all sockets with these ends that ended before this moment; -1 if the trace reported
   * it.
   */
  readonly until: number;
  /** The socket that the trace reported. */
  readonly traced: TracedSocket | null;
}

/** Sockets that ended, combined from those that the system reported and those that were traced. */
export class EndedSockets {
  private readonly trace: SocketTrace;
  private readonly told = new Map<string, Told>();
  private readonly owners = new WeakMap<Socket, Ownership>();

  constructor(trace: SocketTrace) {
    this.trace = trace;
  }

  /**
   * All sockets that ended, each once: `closed` as the system reported them, and traced connections that ended before
   * the moment `mark` (as in takeEnded), at which all sockets were read. `now` is the moment until which the system has
   * reported.
   */
  join(closed: readonly Socket[], mark: number, now: number, nowMs: number): readonly Socket[] {
    this.forget(nowMs);
    const ends = this.trace.takeEnded(mark);
    for (const end of ends) {
      if (end.endedIn === SYN_SENT) this.tell(refused(end.local_port), { nowMs, until: -1, traced: end });
    }
    const all: Socket[] = [];
    for (const socket of closed) {
      // the system has forgotten whom a socket called that was refused; the trace has not
      if (socket.remote_port === null && socket.proto === 'tcp' && this.told.has(refused(socket.local_port))) continue;
      const key = tupleOf(socket);
      const before = this.told.get(key)?.traced;
      this.tell(key, { nowMs, until: now, traced: null });
      // a process may keep a connection that ended, and the system reports it only when the process lets go of it
      if (before && before.rx_bytes === socket.rx_bytes && before.tx_bytes === socket.tx_bytes) continue;
      const known = this.trace.withEnds(key);
      const keepsNone = socket.proto !== 'tcp' && socket.rx_bytes === null;
      this.add(all, keepsNone ? withCountersOf(socket, known) : socket, known);
      // its bytes are told: what is given its port is another socket
      if (socket.proto !== 'tcp') this.trace.release(key);
    }
    for (const end of ends) {
      const socket = endedSocket(end);
      const key = tupleOf(socket);
      if (end.endedAt <= (this.told.get(key)?.until ?? -1)) continue;
      this.tell(key, { nowMs, until: -1, traced: end });
      this.add(all, socket, end);
    }
    return all;
  }

  /** The processes that used a socket which join returned, or null. */
  readonly ownerOf = (socket: Socket): Ownership | null => this.owners.get(socket) ?? null;

  private add(all: Socket[], socket: Socket, traced: TracedSocket | undefined): void {
    all.push(socket);
    if (traced !== undefined && traced.owner !== null) this.owners.set(socket, traced.owner);
  }

  private tell(key: string, told: Told): void {
    this.told.delete(key);
    this.told.set(key, told);
  }

  private forget(nowMs: number): void {
    for (const [key, told] of this.told) {
      if (nowMs - told.nowMs <= TOLD_MS && this.told.size <= MOST_TOLD) return;
      this.told.delete(key);
    }
  }
}

const refused = (port: number): string => `refused ${port}`;

/** A connection that only the trace reported, in the form in which the system would have reported its end. */
function endedSocket(traced: TracedSocket): Socket {
  const socket = blankSocket();
  socket.key = `traced ${traced.inode} ${traced.local_port} ${traced.remote_port}`;
  socket.source = 'ebpf';
  socket.state = 'CLOSE';
  socket.family = traced.family;
  socket.local_addr = traced.local_addr;
  socket.local_port = traced.local_port;
  socket.remote_addr = traced.remote_addr;
  socket.remote_port = traced.remote_port;
  socket.inode = traced.inode === 0 ? null : traced.inode;
  socket.rx_bytes = traced.rx_bytes;
  socket.tx_bytes = traced.tx_bytes;
  socket.rx_packets = traced.rx_packets;
  socket.tx_packets = traced.tx_packets;
  socket.bytes_retrans = traced.bytes_retrans;
  return socket;
}
