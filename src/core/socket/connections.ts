import type { Instant } from '../instant.ts';
import type { ConnRow, SocketState } from '../record/tables/conn.ts';
import type { ConnEventRow } from '../record/tables/conn-event.ts';
import { connRow, type ServiceOf } from './conn-row.ts';
import type { Ownership, Socket, SocketReading } from './socket.ts';
import { socketCommunityId } from './socket-community-id.ts';
import { tupleOf } from './socket-tuple.ts';

/**
 * The connection engine: sockets and times in, `conn` records out. Rates need two readings; first_seen and age_s are
 * given from the first reading on when `remembers` is set, and are null in a run that takes one snapshot; community_id is
 * null when `communityIds` is false.
 */
export interface Connections {
  ingest(reading: SocketReading<Iterable<Socket>>, at: Instant): void;
  /** Rows of the last reading, made as they are read. */
  rows(): Iterable<ConnRow>;
  /**
   * What changed between the last two readings; nothing after the first. `closed` are the sockets that the system said
   * were closed since, with their last counters: connections that lived between two readings are found only there.
   * What closed while the last reading was taken may be in it or not, and what is in none of the two is kept for the
   * next: `isLate` tells those. `ownerOfClosed` may know who held one.
   */
  events(
    closed: readonly Socket[],
    isLate?: (socket: Socket) => boolean,
    ownerOfClosed?: (socket: Socket) => Ownership | null,
  ): Iterable<ConnEventRow>;
}

/** What is kept of a socket from one reading to the next. */
interface Past {
  readonly socket: Socket;
  readonly owner: Ownership;
  readonly firstSeen: Instant;
}

/** The last reading, and what is known of its sockets from the readings before. */
interface Present {
  readonly reading: SocketReading<Iterable<Socket>>;
  readonly at: Instant;
  readonly first: boolean;
  /** Seconds since the reading before; 0 for the first. */
  readonly seconds: number;
  readonly before: ReadonlyMap<Socket['key'], Past>;
  /** What this reading knows of a socket from those before. */
  readonly pastOf: (socket: Socket) => Past | undefined;
}

const NOTHING: ReadonlyMap<Socket['key'], Past> = new Map();

/** Opens the engine. */
export function openConnections(serviceOf: ServiceOf, remembers: boolean, communityIds = true): Connections {
  let present: Present | null = null;
  let late: Socket[] = [];

  const rowOf = (socket: Socket, past: Past | undefined, of: Present, owner?: Ownership): ConnRow => {
    const { reading, at, first, seconds } = of;
    const row = connRow(socket, reading, serviceOf, {
      at,
      owner: owner ?? ownerOf(reading, socket, past),
      firstSeen: remembers ? (past?.firstSeen ?? at) : null,
      rxRate: first ? null : rate(socket.rx_bytes, past, past?.socket.rx_bytes, seconds),
      txRate: first ? null : rate(socket.tx_bytes, past, past?.socket.tx_bytes, seconds),
    });
    if (communityIds) row.community_id = socketCommunityId(socket);
    return row;
  };

  return {
    ingest(reading, at) {
      // kept only now: a run of one snapshot never pays for it
      const before = present === null ? NOTHING : rememberSockets(present);
      const seconds = present === null ? 0 : (at.monotonicMs - present.at.monotonicMs) / 1000;
      present = { reading, at, first: present === null, seconds, before, pastOf: lookUp(reading.sockets, before) };
    },

    *rows() {
      if (present === null) return;
      for (const socket of present.reading.sockets) yield rowOf(socket, present.pastOf(socket), present);
    },

    *events(newlyClosed, isLate = () => false, ownerOfClosed = () => null) {
      const closed = [...late, ...newlyClosed];
      late = [];
      if (present === null || present.first) {
        late = newlyClosed.filter(isLate);
        return;
      }
      const { reading, at, before, pastOf } = present;
      const ends = new Map(closed.map((socket) => [socket.key, socket]));
      const endsByTuple = new Map(closed.map((socket) => [tupleOf(socket), socket]));
      const endsByInode = new Map(closed.map((socket) => [socket.inode, socket]));
      const continued = new Set<Socket['key']>();
      for (const socket of reading.sockets) {
        const past = pastOf(socket);
        const found = socket.inode === null ? endsByTuple.get(tupleOf(socket)) : undefined;
        // one that has counters of its own was closed after it was listed, and closes in the next reading
        const end = found?.key === socket.key && socket.rx_bytes !== null ? undefined : found;
        if (end !== undefined) ends.delete(end.key);
        if (past !== undefined) continued.add(past.socket.key);
        if (past?.socket.state === socket.state) continue;
        const row = rowOf(withCountersOf(socket, end ?? past?.socket), past, present);
        yield past === undefined ? eventRow('opened', null, row) : eventRow('changed', past.socket.state, row);
      }
      for (const past of before.values()) {
        const { key, inode } = past.socket;
        const end = ends.get(key) ?? (inode === null ? undefined : endsByInode.get(inode));
        if (end !== undefined) ends.delete(end.key);
        if (continued.has(past.socket.key)) continue;
        yield eventRow('closed', past.socket.state, rowOf(withCountersOf(past.socket, end), past, present));
      }
      for (const end of ends.values()) {
        if (isLate(end)) {
          late.push(end);
          continue;
        }
        // it lived between the two readings: all that is known of it is how it ended
        const owner = ownerOfClosed(end) ?? NOBODY;
        const row = rowOf(end, { socket: end, owner, firstSeen: at }, present, owner);
        yield eventRow('opened', null, row);
        yield eventRow('closed', null, row);
      }
    },
  };
}

/** The sockets of a reading as the next one will want to know them. */
function rememberSockets({ reading, at, pastOf }: Present): Map<Socket['key'], Past> {
  const kept = new Map<Socket['key'], Past>();
  for (const socket of reading.sockets) {
    const past = pastOf(socket);
    kept.set(socket.key, { socket, owner: ownerOf(reading, socket, past), firstSeen: past?.firstSeen ?? at });
  }
  return kept;
}

/** Finds what is known of a socket by its key, or by its addresses where the kernel gave it a new key. */
function lookUp(sockets: Iterable<Socket>, before: ReadonlyMap<Socket['key'], Past>): Present['pastOf'] {
  const renamed = vanishedByTuple(sockets, before);
  return renamed === null
    ? (socket) => before.get(socket.key)
    : (socket) => before.get(socket.key) ?? renamed.get(tupleOf(socket));
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

function eventRow(event: ConnEventRow['event'], previousState: SocketState | null, row: ConnRow): ConnEventRow {
  // the state that it was last seen in is the previous one: a connection that is closed is in none of the others
  const state = event === 'closed' ? 'CLOSE' : row.state;
  return { event, previous_state: previousState, ...row, state };
}

/** A process may be gone before its socket is: what was known of the owner stays true. */
function ownerOf(reading: Pick<SocketReading, 'ownerOf'>, socket: Socket, past: Past | undefined): Ownership {
  const owner = reading.ownerOf(socket);
  return owner.processes.length === 0 && past !== undefined && past.owner.processes.length > 0 ? past.owner : owner;
}

function rate(
  value: number | null,
  past: Past | undefined,
  last: number | null | undefined,
  seconds: number,
): number | null {
  if (value === null || seconds <= 0) return null;
  // a socket that was not there at the last reading has moved all its bytes since then
  const since = past === undefined ? value : last === null || last === undefined ? Number.NaN : value - last;
  // tenths: finer than that is noise of the two moments the counters were read at
  return since >= 0 ? Math.round((since / seconds) * 10) / 10 : null;
}

/**
 * Linux gives a connection a new cookie when it enters TIME_WAIT (inet_twsk_alloc), so that such sockets are known again
 * by their addresses. Returns the vanished sockets by address, or null when no socket needs it.
 */
function vanishedByTuple(
  sockets: Iterable<Socket>,
  before: ReadonlyMap<Socket['key'], Past>,
): Map<string, Past> | null {
  if (before.size === 0) return null;
  const present = new Set<Socket['key']>();
  let isNeeded = false;
  for (const { key, inode } of sockets) {
    present.add(key);
    if (inode === null && !before.has(key)) isNeeded = true;
  }
  if (!isNeeded) return null;
  const vanished = new Map<string, Past>();
  for (const past of before.values()) {
    // what was in TIME_WAIT already has given its addresses to another connection
    if (past.socket.state !== 'TIME_WAIT' && !present.has(past.socket.key)) vanished.set(tupleOf(past.socket), past);
  }
  return vanished;
}
