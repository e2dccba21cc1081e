import { type HelloReader, type Initial, QuicConnection } from './quic-connection.ts';

/** Connections of the same ports that are told apart; the oldest gives way. */
const MOST_CONNECTIONS = 4;
/** Of those that have the ids of a packet, so many are tried. */
const MOST_TRIED = 2;
/** Packets in a row that no keys fit, until no more are tried. */
const MOST_MISSES = 32;
/** Packets that wait for the keys, and the longest. */
const MOST_EARLY = 4;
const LONGEST_EARLY = 2048;

const NONE_EARLY: readonly Early[] = [];

/** An Initial packet that came before the one that tells the keys; its bytes wait among the `HelloPieces`. */
type Early = Omit<Initial, 'bytes'>;

/**
 * The QUIC connections between two endpoints. Ids and keys tell them apart, and who is the client, not the order of packets: an
 * Initial packet with an id or a version of its own, whose keys fit, begins another one, as after a Retry or a Version
 * Negotiation (RFC 9000, 5.2, 6.2, 17.2.5).
 */
export class QuicConnections {
  /** The newest last. Another list for each, which there seldom is: one that was added to keeps room for 16 more. */
  private connections: readonly QuicConnection[] = [];
  private early: readonly Early[] = NONE_EARLY;
  private misses = 0;

  read(initial: Initial, into: HelloReader): void {
    let isKnown = false;
    let isEarly = false;
    let tried = 0;
    for (let index = this.connections.length - 1; index >= 0 && tried < MOST_TRIED; index--) {
      const connection = this.connections[index]!;
      if (!connection.owns(initial)) continue;
      isKnown = true;
      if (connection.isEarly(initial)) isEarly = true;
      if (!connection.awaits(initial)) continue;
      tried++;
      if (this.readFor(connection, initial, into)) return;
    }
    if (isKnown) {
      if (isEarly) this.hold(initial, into);
      return;
    }
    if (this.misses >= MOST_MISSES || this.begin(initial, into)) return;
    const likely = this.connections.findLast((one) => one.mayOwn(initial) && one.awaits(initial));
    if (likely !== undefined && this.readFor(likely, initial, into)) return;
    this.misses++;
    this.hold(initial, into);
  }

  private readFor(connection: QuicConnection, initial: Initial, into: HelloReader): boolean {
    if (!connection.read(initial, into)) return false;
    if (this.early.length > 0) this.readEarly(connection, into);
    return true;
  }

  private begin(initial: Initial, into: HelloReader): boolean {
    const connection = new QuicConnection(initial);
    if (!this.readFor(connection, initial, into)) return false;
    this.misses = 0;
    const isFull = this.connections.length >= MOST_CONNECTIONS;
    if (isFull) this.connections[0]!.forget(into.hellos);
    // by concat: an array that was spread into has room for sixteen more, and most hold one
    this.connections = (isFull ? this.connections.slice(1) : this.connections).concat(connection);
    return true;
  }

  private hold({ version, bytes, start, number, end, direction }: Initial, { hellos, packet }: HelloReader): void {
    const length = end - start;
    if (length > LONGEST_EARLY) return;
    const early: Early = { version, start: 0, number: number - start, end: length, direction };
    hellos.add(early, bytes, start, 0, length, packet.seconds);
    const isFull = this.early.length >= MOST_EARLY;
    if (isFull) hellos.drop(this.early[0]!);
    this.early = [...this.early.slice(isFull ? 1 : 0), early];
  }

  /** Reads what has waited for this connection; what is read may tell whose the others are. */
  private readEarly(connection: QuicConnection, into: HelloReader): void {
    for (let left = -1; left !== this.early.length; ) {
      left = this.early.length;
      this.early = this.early.filter((early) => {
        const waiting = into.hellos.get(early);
        if (waiting === undefined) return false; // it gave way to others
        const initial = { ...early, bytes: waiting.bytes };
        if (connection.isEarly(initial)) return true;
        const isOwn = connection.owns(initial);
        if (!isOwn && !connection.mayOwn(initial)) return true;
        const isRead = connection.awaits(initial) && connection.read(initial, into);
        if (!isRead && !isOwn) return true;
        into.hellos.drop(early);
        return false;
      });
    }
  }
}
