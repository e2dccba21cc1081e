/** A held part of a stream: a segment as a record, or a copy of a piece. */
interface Sized {
  /** Payload bytes. */
  readonly length: number;
}

interface Held<T> {
  rows: T[];
  bytes: number;
  /** The memory that its rows take. */
  cost: number;
  cut: boolean;
}

/** The most memory that all streams may take together. */
const MOST_TOTAL_BYTES = 96 * 1024 * 1024;
/**
 * The memory that a segment takes besides its bytes, which may be base64, and that a stream takes besides its segments.
 */
const SEGMENT_BYTES = 300;
const STREAM_BYTES = 250;

const costOf = ({ length }: Sized): number => SEGMENT_BYTES + length * (4 / 3);

/**
 * Segments that wait until it is known what happens to their stream. When a stream exceeds the limits, its oldest
 * segments are dropped; when all together do, those of the stream that has waited longest.
 */
export class HeldStreams<K, T extends Sized> {
  private readonly streams = new Map<K, Held<T>>();
  private readonly mostSegments: number;
  private readonly mostBytes: number;
  private readonly mostTotalBytes: number;
  private total = 0;

  constructor(mostSegments: number, mostBytes: number, mostTotalBytes = MOST_TOTAL_BYTES) {
    this.mostSegments = mostSegments;
    this.mostBytes = mostBytes;
    this.mostTotalBytes = mostTotalBytes;
  }

  add(key: K, row: T): void {
    let held = this.streams.get(key);
    if (held === undefined) {
      held = { rows: [], bytes: 0, cost: 0, cut: false };
      this.streams.set(key, held);
      this.total += STREAM_BYTES;
    }
    held.rows.push(row);
    held.bytes += row.length;
    held.cost += costOf(row);
    this.total += costOf(row);
    if (held.rows.length > this.mostSegments || held.bytes > this.mostBytes) this.cut(held);
    if (this.total > this.mostTotalBytes) this.dropOldest();
  }

  /** Whether segments of the stream were dropped. */
  isCut(key: K): boolean {
    return this.streams.get(key)?.cut === true;
  }

  of(key: K): readonly T[] {
    return this.streams.get(key)?.rows ?? [];
  }

  /** Forgets the whole stream. */
  forget(key: K): void {
    const held = this.streams.get(key);
    if (held === undefined) return;
    this.total -= held.cost + STREAM_BYTES;
    this.streams.delete(key);
  }

  /** Drops a tenth at a time, so that a long stream does not move its rows for each new one. */
  private cut(held: Held<T>): void {
    let dropped = 0;
    for (const row of held.rows) {
      const leaves = held.rows.length - dropped > this.mostSegments * 0.9 || held.bytes > this.mostBytes * 0.9;
      if (!leaves || dropped === held.rows.length - 1) break;
      held.bytes -= row.length;
      held.cost -= costOf(row);
      this.total -= costOf(row);
      dropped++;
    }
    held.rows.splice(0, dropped);
    held.cut = true;
  }

  private dropOldest(): void {
    const enough = this.mostTotalBytes * 0.9;
    for (const held of this.streams.values()) {
      if (held.rows.length === 0) continue;
      this.total -= held.cost;
      held.rows = [];
      held.bytes = held.cost = 0;
      held.cut = true;
      if (this.total <= enough) return;
    }
    // that they were cut is remembered as long as there is room
    for (const key of this.streams.keys()) {
      this.forget(key);
      if (this.total <= enough) return;
    }
  }
}
