import type { Packet } from '../wire/packet.ts';

/** How long an answer is waited for before what was asked is told of alone: always live, of a file when there are too many. */
export const PATIENCE_SECONDS = 10;
/** Bytes of records that are held although they could be given: most captures are told of when all of them was read. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Bytes past which what waits is not waited for. */
const MOST_WAITING_BYTES = 24 * 1024 * 1024;
/** All that may be held, of all statistics of a run together. */
const MOST_HELD_BYTES = 80 * 1024 * 1024;

/** What the records of a run take in memory. */
export class HeldBytes {
  bytes = 0;
  readonly most: number;

  constructor(most = MOST_HELD_BYTES) {
    this.most = most;
  }
}

/** A record that may become more when its answer comes. */
export class Asked<Row> {
  readonly row: Row;
  readonly seconds: number;
  readonly nanoseconds: number;
  waits: boolean;
  /** It was given, or there was no room for it: nothing is added to it any more. */
  isGone = false;
  /** There was no room for it: its answer is not told of either. */
  isDropped = false;
  bytes: number;

  constructor(row: Row, { seconds, nanoseconds }: Packet, waits: boolean, bytes: number) {
    this.row = row;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.waits = waits;
    this.bytes = bytes;
  }
}

/** Records of messages in the order of their first packets, each of which may wait for an answer. Bounded by bytes. */
export class AwaitedRows<Row> {
  /** Records there was no room for. */
  dropped = 0;
  /** Records that were given without the answer they still waited for. */
  unawaited = 0;
  private queue: Asked<Row>[] = [];
  private bytes = 0;
  /** Seconds of the last record. */
  private now = 0;
  private readonly held: HeldBytes;

  /** `held` is shared by all statistics of a run. */
  constructor(held = new HeldBytes()) {
    this.held = held;
  }

  /** `bytes` is about what the row takes in memory. */
  add(row: Row, packet: Packet, waits: boolean, bytes: number): Asked<Row> {
    const asked = new Asked(row, packet, waits, bytes);
    this.now = packet.seconds;
    if (this.held.bytes + bytes > this.held.most) {
      asked.isGone = asked.isDropped = true;
      this.dropped++;
      return asked;
    }
    this.queue.push(asked);
    this.bytes += bytes;
    this.held.bytes += bytes;
    return asked;
  }

  /** The answer came, and made the row so much larger. */
  answer(asked: Asked<Row>, bytes: number): void {
    asked.waits = false;
    this.grow(asked, bytes);
  }

  grow(asked: Asked<Row>, bytes: number): void {
    if (asked.isGone) return;
    asked.bytes += bytes;
    this.bytes += bytes;
    this.held.bytes += bytes;
  }

  /** Whether takeFirst may give some. */
  get hasMany(): boolean {
    return this.bytes > MOST_BYTES;
  }

  *all(): Iterable<Row> {
    for (const { row } of this.queue) yield row;
  }

  /** Of a live run: takes out those that wait for nothing, and those that have waited for long by `now`. */
  takeComplete(now: number): readonly Row[] {
    const left: Asked<Row>[] = [];
    const taken: Row[] = [];
    for (const asked of this.queue) {
      if (asked.waits && now - asked.seconds < PATIENCE_SECONDS) left.push(asked);
      else taken.push(this.give(asked));
    }
    this.queue = left;
    return taken;
  }

  /**
   * Of a run that is told of at its end: takes out the first records where there are too many, as long as these wait for
   * nothing. Order is kept, so one that waits holds up those behind it; not for longer than anybody waits, nor when they
   * become too many all the same. `least` bytes are left.
   */
  takeFirst(least = MOST_BYTES, leastWaiting = MOST_WAITING_BYTES): readonly Row[] {
    const taken: Row[] = [];
    for (const asked of this.queue) {
      if (this.bytes <= least) break;
      if (asked.waits && Math.abs(this.now - asked.seconds) < PATIENCE_SECONDS) {
        if (this.bytes <= leastWaiting) break;
        this.unawaited++;
      }
      taken.push(this.give(asked));
    }
    if (taken.length > 0) this.queue = this.queue.slice(taken.length);
    return taken;
  }

  private give(asked: Asked<Row>): Row {
    asked.isGone = true;
    this.bytes -= asked.bytes;
    this.held.bytes -= asked.bytes;
    return asked.row;
  }
}
