import type { DnsQueryRow } from '../record/tables/dns-query.ts';
import type { DnsParts } from '../wire/app/dns-parts.ts';
import type { Packet } from '../wire/packet.ts';
import { type HeldBytes, MOST_BYTES, MOST_WAITING_BYTES, type Moment, PATIENCE_SECONDS } from './awaited-rows.ts';
import type { DnsKey } from './dns-key.ts';
import { BLOCK_ROWS, DnsRowBlock, sizeOfRow } from './dns-row-block.ts';

/** In place of the number of a row: it was passed on, and nothing is added to it any more. */
export const GONE = -2;
/** There was no room for it: its answer is not reported either. */
export const DROPPED = -3;

/** Where a row is, while it is read: the next one is told in the same object. */
export interface DnsPlace {
  readonly block: DnsRowBlock;
  readonly row: number;
}

/** Told of a row that waits: it has another number now, or is GONE. */
export type RowMoved = (entry: number, row: number) => void;

/**
 * Records of DNS in the order of their packets, as `AwaitedRows` keeps those of other messages, and bounded in the same way;
 * but as columns. A row has a number as long as it is held, and may wait for the answer to a query, of which it has the entry.
 */
export class DnsRows {
  /** The number of records for which there was no room. */
  dropped = 0;
  /** The number of records that were passed on without the answer for which they still waited. */
  unawaited = 0;
  private blocks: DnsRowBlock[] = [];
  /** How many rows there were in blocks before these, and how many of the first of these have been passed on. */
  private base = 0;
  private first = 0;
  private bytes = 0;
  /** Seconds of the last record. */
  private now = 0;
  private readonly held: HeldBytes;
  private readonly moved: RowMoved;

  constructor(held: HeldBytes, moved: RowMoved) {
    this.held = held;
    this.moved = moved;
  }

  /**
   * Adds a row of a message, whose answers are in `parts`; returns its number, or DROPPED. `flow` is the number of the
   * protocol of its flow, 0 where no community ID is asked for.
   */
  add(packet: Packet, key: DnsKey, parts: DnsParts, flow: number): number {
    this.now = packet.seconds;
    const bytes = sizeOfRow(key, parts);
    if (this.held.bytes + bytes > this.held.most) {
      this.dropped++;
      return DROPPED;
    }
    const block = this.lastBlock();
    block.add(packet, key, parts, flow);
    this.grow(bytes);
    return this.lastNumber();
  }

  /** The row waits for the answer to the query with this entry; for nothing if it is 0. */
  setWaits(row: number, entry: number): void {
    this.blockOf(row).waits[row % BLOCK_ROWS] = entry;
  }

  /** The answer came, so long after the row. */
  answer(row: number, parts: DnsParts, nanoseconds: number): void {
    this.grow(this.blockOf(row).answer(row % BLOCK_ROWS, parts, nanoseconds));
  }

  /** From the row to a packet; NaN where one of them has no time. */
  nanosecondsSince(row: number, { seconds, nanoseconds }: Moment): number {
    const block = this.blockOf(row);
    const index = row % BLOCK_ROWS;
    return (seconds - block.seconds[index]!) * 1e9 + (nanoseconds - block.nanoseconds[index]!);
  }

  /** Whether takeFirst may return some. */
  get hasMany(): boolean {
    return this.bytes > MOST_BYTES;
  }

  all(): Iterable<DnsPlace> {
    return rowsOf(this.blocks, this.first);
  }

  /**
   * For a live run: removes and returns those that wait for nothing, and those that have waited too long by `now`. The others
   * go to new blocks, so that the old ones can be read when there is time, and are no longer held.
   */
  takeComplete(now: number): Iterable<DnsPlace> {
    const { blocks, first } = this;
    this.blocks = [];
    this.base += blocks.length * BLOCK_ROWS;
    this.first = 0;
    this.grow(-this.bytes);
    for (const [place, block] of blocks.entries()) {
      for (let index = place === 0 ? first : 0; index < block.count; index++) {
        const entry = block.waits[index]!;
        if (entry === 0) continue;
        if (now - block.seconds[index]! < PATIENCE_SECONDS) {
          this.grow(block.sizeOf(index));
          this.lastBlock().move(block, index);
          this.moved(entry, this.lastNumber());
        } else this.moved(entry, GONE);
      }
    }
    return rowsOf(blocks, first);
  }

  /**
   * For a run that is printed at its end: removes and returns the first records when there are too many, as long as
   * these wait for nothing. Order is kept, so a record that waits delays those after it; but not longer than the
   * waiting time, nor when they become too many anyway. `least` bytes remain.
   */
  takeFirst(least = MOST_BYTES, leastWaiting = MOST_WAITING_BYTES): Iterable<DnsPlace> {
    const { blocks, first } = this;
    let taken = first;
    for (const end = this.end; taken < end && this.bytes > least; taken++) {
      const block = blocks[Math.floor(taken / BLOCK_ROWS)]!;
      const index = taken % BLOCK_ROWS;
      const entry = block.waits[index]!;
      if (entry !== 0 && Math.abs(this.now - block.seconds[index]!) < PATIENCE_SECONDS) {
        if (this.bytes <= leastWaiting) break;
        this.unawaited++;
      }
      if (entry !== 0) this.moved(entry, GONE);
      this.grow(-block.sizeOf(index));
    }
    const gone = Math.floor(taken / BLOCK_ROWS);
    this.blocks = blocks.slice(gone);
    this.base += gone * BLOCK_ROWS;
    this.first = taken % BLOCK_ROWS;
    return rowsOf(blocks.slice(0, gone + 1), first, taken);
  }

  /** Behind the last row, counted from the first block. */
  private get end(): number {
    const last = this.blocks.at(-1);
    return last === undefined ? 0 : (this.blocks.length - 1) * BLOCK_ROWS + last.count;
  }

  private lastNumber(): number {
    return this.base + this.end - 1;
  }

  private lastBlock(): DnsRowBlock {
    const last = this.blocks.at(-1) ?? null;
    if (last !== null && !last.isFull) return last;
    const block = new DnsRowBlock(last);
    this.blocks.push(block);
    return block;
  }

  /** Blocks are full but for the last, so a row's number ends with its place. */
  private blockOf(row: number): DnsRowBlock {
    return this.blocks[Math.floor((row - this.base) / BLOCK_ROWS)]!;
  }

  private grow(bytes: number): void {
    this.bytes += bytes;
    this.held.bytes += bytes;
  }
}

/** The rows of these blocks; places are counted from the first block. */
function* rowsOf(blocks: readonly DnsRowBlock[], from: number, to = Number.POSITIVE_INFINITY): Iterable<DnsPlace> {
  for (const [number, block] of blocks.entries()) {
    const start = number * BLOCK_ROWS;
    const end = Math.min(block.count, to - start);
    const place = { block, row: Math.max(0, from - start) };
    for (; place.row < end; place.row++) if (!block.isMoved(place.row)) yield place;
  }
}

/** The records of rows, each made as it is read. */
export function* recordsAt(places: Iterable<DnsPlace>): Iterable<DnsQueryRow> {
  for (const { block, row } of places) yield block.rowOf(row);
}
