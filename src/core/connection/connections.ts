import type { ConnRow, SocketState } from '../record/tables/conn.ts';
import type { ConnEventRow } from '../record/tables/conn-event.ts';
import { connRow, type Instant, type Names, type Track } from './conn-row.ts';
import type { Ownership, Socket, SocketReading } from './socket.ts';

/**
 * The connection engine: sockets and times in, `conn` records out. Rates need two readings; first_seen and age_s are
 * given from the first reading on when `remembers` is set, and are null in a run that takes one snapshot.
 */
export interface Connections {
  ingest(reading: SocketReading, at: Instant): void;
  /** Rows of the last reading, made as they are read. */
  rows(): Iterable<ConnRow>;
  /**
   * What changed between the last two readings; nothing after the first. `closed` are the sockets that the system said
   * were closed since, with their last counters: connections that lived between two readings are found only there.
   */
  events(closed: readonly Socket[]): Iterable<ConnEventRow>;
}

/** Opens the engine. */
export function openConnections(names: Names, remembers: boolean): Connections {
  let before = new Map<Socket['key'], Track>();
  let now = new Map<Socket['key'], Track>();
  let reading: SocketReading | null = null;
  let at: Instant | null = null;
  let readings = 0;
  let secondsSince = 0;

  const track = (socket: Socket, source: SocketReading, instant: Instant, known: Track | undefined): Track => {
    const compared = readings > 1 && secondsSince > 0;
    return {
      socket,
      owner: ownerKept(source.ownerOf(socket), known),
      firstSeen: known?.firstSeen ?? instant,
      rxRate: compared ? rate(socket.rx_bytes, known, known?.socket.rx_bytes, secondsSince) : null,
      txRate: compared ? rate(socket.tx_bytes, known, known?.socket.tx_bytes, secondsSince) : null,
    };
  };

  const rowOf = (one: Track, source: SocketReading, instant: Instant): ConnRow =>
    connRow(one, source, instant, names, remembers);

  return {
    ingest(next, instant) {
      secondsSince = at === null ? 0 : (instant.monotonicMs - at.monotonicMs) / 1000;
      readings++;
      [before, now] = [now, before];
      now.clear();
      const continuations = tracksByTuple(next.sockets, before);
      for (const socket of next.sockets) {
        const known = before.get(socket.key) ?? continuations?.get(tupleOf(socket));
        now.set(socket.key, track(socket, next, instant, known));
      }
      reading = next;
      at = instant;
    },

    *rows() {
      if (reading === null || at === null) return;
      for (const one of now.values()) yield rowOf(one, reading, at);
    },

    *events(closed) {
      if (reading === null || at === null || readings < 2) return;
      const ends = new Map(closed.map((socket) => [socket.key, socket]));
      const endsByTuple = new Map(closed.map((socket) => [tupleOf(socket), socket]));
      const continuations = tracksByTuple(reading.sockets, before);
      const continued = new Set<Socket['key']>();
      for (const one of now.values()) {
        const known = before.get(one.socket.key) ?? continuations?.get(tupleOf(one.socket));
        const end = one.socket.inode === null ? endsByTuple.get(tupleOf(one.socket)) : undefined;
        if (end !== undefined) ends.delete(end.key);
        if (known !== undefined) continued.add(known.socket.key);
        if (known?.socket.state === one.socket.state) continue;
        const row = rowOf({ ...one, socket: withCountersOf(one.socket, end ?? known?.socket) }, reading, at);
        yield known === undefined ? eventRow('opened', null, row) : eventRow('changed', known.socket.state, row);
      }
      for (const one of before.values()) {
        const end = ends.get(one.socket.key);
        ends.delete(one.socket.key);
        if (continued.has(one.socket.key)) continue;
        yield eventRow(
          'closed',
          one.socket.state,
          rowOf({ ...one, socket: withCountersOf(one.socket, end) }, reading, at),
        );
      }
      for (const end of ends.values()) {
        // it lived between the two readings: all that is known of it is how it ended
        const row = rowOf({ socket: end, owner: NOBODY, firstSeen: at, rxRate: null, txRate: null }, reading, at);
        yield eventRow('opened', null, row);
        yield eventRow('closed', null, row);
      }
    },
  };
}

const NOBODY: Ownership = { processes: [], attribution: 'none unseen' };

/** The socket with the counters of its last moment, where those are known and its own are not. */
function withCountersOf(socket: Socket, last: Socket | undefined): Socket {
  if (last === undefined) return socket;
  const { key, state, inode, uid, rx_queue, tx_queue, ifindex } = socket;
  return socket.rx_bytes === null || last.state === 'CLOSE'
    ? { ...last, key, state, inode, uid, rx_queue, tx_queue, ifindex }
    : socket;
}

export function eventRow(event: ConnEventRow['event'], previousState: SocketState | null, row: ConnRow): ConnEventRow {
  return { event, previous_state: previousState, ...row };
}

/** A process may be gone before its socket is: what was known of the owner stays true. */
function ownerKept(owner: Ownership, known: Track | undefined): Ownership {
  return owner.processes.length === 0 && known !== undefined && known.owner.processes.length > 0 ? known.owner : owner;
}

function rate(
  value: number | null,
  known: Track | undefined,
  last: number | null | undefined,
  seconds: number,
): number | null {
  if (value === null) return null;
  // a socket that was not there at the last reading has moved all its bytes since then
  const since = known === undefined ? value : last === null || last === undefined ? Number.NaN : value - last;
  // tenths: finer than that is noise of the two moments the counters were read at
  return since >= 0 ? Math.round((since / seconds) * 10) / 10 : null;
}

/**
 * Linux gives a connection a new cookie when it enters TIME_WAIT (inet_twsk_alloc), so that such sockets are known again
 * by their addresses. Returns the vanished sockets by address, or null when no socket needs it.
 */
function tracksByTuple(
  sockets: readonly Socket[],
  before: ReadonlyMap<Socket['key'], Track>,
): Map<string, Track> | null {
  if (before.size === 0) return null;
  if (!sockets.some((socket) => socket.inode === null && !before.has(socket.key))) return null;
  const present = new Set(sockets.map((socket) => socket.key));
  const vanished = new Map<string, Track>();
  for (const one of before.values()) if (!present.has(one.socket.key)) vanished.set(tupleOf(one.socket), one);
  return vanished;
}

function tupleOf(socket: Socket): string {
  return `${socket.proto} ${socket.local_addr} ${socket.local_port} ${socket.remote_addr} ${socket.remote_port}`;
}
