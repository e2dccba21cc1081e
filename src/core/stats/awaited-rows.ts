import type { Packet } from '../wire/packet.ts';

/**
 * How long to wait for an answer before the request is printed alone: always when live, for a file only when there are
 * too many records.
 */
export const PATIENCE_SECONDS = 10;
/** Bytes of complete records that are held anyway: most captures are printed after all of them has been read. */
export const MOST_BYTES = 16 * 1024 * 1024;
/** With more bytes than this waiting, records are no longer waited for. */
export const MOST_WAITING_BYTES = 24 * 1024 * 1024;
/** The most that may be held, by all statistics of a run together. */
const MOST_HELD_BYTES = 80 * 1024 * 1024;

/** The memory that the records of a run take. */
export class HeldBytes {
  bytes = 0;
  readonly most: number;

  constructor(most = MOST_HELD_BYTES) {
    this.most = most;
  }
}

/** A time of a packet. */
export type Moment = Pick<Packet, 'seconds' | 'nanoseconds'>;

/** A record that may grow when its answer comes. */
export class Asked<Row> {
  readonly row: Row;
  readonly seconds: number;
  readonly nanoseconds: number;
  waits: boolean;
  /** It was passed on, or there was no room for it: nothing is added to it any more. */
  isGone = false;
  /** There was no room for it: its answer is not reported either. */
  isDropped = false;
  bytes: number;

  constructor(row: Row, { seconds, nanoseconds }: Moment, waits: boolean, bytes: number) {
    this.row = row;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
    this.waits = waits;
    this.bytes = bytes;
  }
}

/** Records of messages in the order of their first packets, each of which may wait for an answer. Bounded by bytes. */
export class AwaitedRows<Row> {
  /** The number of records for which there was no room. */
  dropped = 0;
  /** The number of records that were passed on without the answer for which they still waited. */
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

  /** `bytes` is roughly the memory that the row takes. */
  add(row: Row, moment: Moment, waits: boolean, bytes: number): Asked<Row> {
    const asked = new Asked(row, moment, waits, bytes);
    this.now = moment.seconds;
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

  /** The answer came, and made the row this much larger. */
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

  /** Whether takeFirst may return some. */
  get hasMany(): boolean {
    return this.bytes > MOST_BYTES;
  }

  *all(): Iterable<Row> {
    for (const { row } of this.queue) yield row;
  }

  /** For a live run: removes and returns those that wait for nothing, and those that have waited too long by `now`. */
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
   * For a run that is printed at its end: removes and returns the first records when there are too many, as long as
   * these wait for nothing. Order is kept, so a record that waits delays those after it; but not longer than the
   * waiting time, nor when they become too many anyway. `least` bytes remain.
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
