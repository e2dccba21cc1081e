import { BLOCK_ROWS, COMPLETE, GONE, type Moment, type RowBlock, type RowPlace, WAITS } from './row-block.ts';

/**
 * How long to wait for an answer before the request is printed alone: always when live, for a file only when there are
 * too many records.
 */
export const PATIENCE_SECONDS = 10;
/** Bytes of complete records that are held anyway: most captures are printed after all of them has been read. */
const MOST_BYTES = 16 * 1024 * 1024;
/** With more bytes than this waiting, records are no longer waited for. */
const MOST_WAITING_BYTES = 24 * 1024 * 1024;
/** The most that may be held, by all statistics of a run together. */
const MOST_HELD_BYTES = 80 * 1024 * 1024;

/** In place of the number of a row: there was no room for it, and its answer is not reported either. */
export const DROPPED = -1;

/** The memory that the records of a run take. */
export class HeldBytes {
  bytes = 0;
  readonly most: number;

  constructor(most = MOST_HELD_BYTES) {
    this.most = most;
  }
}

/**
 * Records of messages in the order of their first packets, each of which may wait for an answer. Bounded by bytes. A row has a
 * number, by which its block is found as long as it is held.
 */
export class AwaitedRows<Row, Block extends RowBlock<Row>> {
  /** The number of records for which there was no room. */
  dropped = 0;
  /** The number of records that were passed on without the answer for which they still waited. */
  unawaited = 0;
  private blocks: Block[] = [];
  /** How many rows there were in blocks before these; and the first row that may not have been passed on. */
  private base = 0;
  private first = 0;
  private bytes = 0;
  /** Seconds of the last record. */
  private now = 0;
  private readonly held: HeldBytes;
  private readonly makeBlock: (before: Block | null) => Block;

  /** `held` is shared by all statistics of a run. `makeBlock` is given the block whose rows the new ones follow. */
  constructor(held: HeldBytes, makeBlock: (before: Block | null) => Block) {
    this.held = held;
    this.makeBlock = makeBlock;
  }

  /** Adds a row to the last block; returns its number, or DROPPED. `bytes` is roughly the memory that it takes. */
  add(moment: Moment, waits: boolean, bytes: number): number {
    this.now = moment.seconds;
    if (this.held.bytes + bytes > this.held.most) {
      this.dropped++;
      return DROPPED;
    }
    let block = this.blocks.at(-1);
    if (block === undefined || block.isFull) {
      block = this.makeBlock(block ?? null);
      this.blocks.push(block);
    }
    block.begin(moment, waits, bytes);
    this.count(bytes);
    return this.end - 1;
  }

  /** The block of a row that is not gone, and its place there. */
  blockOf(row: number): Block {
    return this.blocks[Math.floor((row - this.base) / BLOCK_ROWS)]!;
  }

  indexOf(row: number): number {
    return row % BLOCK_ROWS;
  }

  /** Whether the row was passed on, or there was no room for it: nothing is added to it any more. */
  isGone(row: number): boolean {
    return row < this.first || this.blockOf(row).states[row % BLOCK_ROWS] === GONE;
  }

  /** From the row to a packet; NaN where one of them has no time. */
  nanosecondsSince(row: number, { seconds, nanoseconds }: Moment): number {
    const block = this.blockOf(row);
    const index = row % BLOCK_ROWS;
    return (seconds - block.seconds[index]!) * 1e9 + (nanoseconds - block.nanoseconds[index]!);
  }

  /** Whether the row, which is not gone, waits. */
  setWaits(row: number, waits: boolean): void {
    this.blockOf(row).states[row % BLOCK_ROWS] = waits ? WAITS : COMPLETE;
  }

  /** The answer came, and made the row, which is not gone, this much larger. */
  answer(row: number, bytes: number): void {
    this.setWaits(row, false);
    this.grow(row, bytes);
  }

  grow(row: number, bytes: number): void {
    this.blockOf(row).sizes[row % BLOCK_ROWS]! += bytes;
    this.count(bytes);
  }

  /** Whether takeFirst may return some. */
  get hasMany(): boolean {
    return this.bytes > MOST_BYTES;
  }

  *all(): Iterable<RowPlace<Block>> {
    const { first, end } = this;
    if (first === end) return;
    const place = { block: this.blockOf(first), row: 0 };
    for (let row = first; row < end; row++) {
      place.block = this.blockOf(row);
      place.row = row % BLOCK_ROWS;
      if (place.block.states[place.row] !== GONE) yield place;
    }
  }

  /** For a live run: removes and returns those that wait for nothing, and those that have waited too long by `now`. */
  takeComplete(now: number): Iterable<RowPlace<Block>> {
    const taken: number[] = [];
    for (let row = this.first; row < this.end; row++) {
      const { states, seconds } = this.blockOf(row);
      const index = row % BLOCK_ROWS;
      if (states[index] === GONE || (states[index] === WAITS && now - seconds[index]! < PATIENCE_SECONDS)) continue;
      taken.push(row);
    }
    return this.give(taken);
  }

  /**
   * For a run that is printed at its end: removes and returns the first records when there are too many, as long as
   * these wait for nothing. Order is kept, so a record that waits delays those after it; but not longer than the
   * waiting time, nor when they become too many anyway. `least` bytes remain.
   */
  takeFirst(least = MOST_BYTES, leastWaiting = MOST_WAITING_BYTES): Iterable<RowPlace<Block>> {
    const taken: number[] = [];
    let left = this.bytes;
    for (let row = this.first; row < this.end && left > least; row++) {
      const { states, seconds, sizes } = this.blockOf(row);
      const index = row % BLOCK_ROWS;
      if (states[index] === GONE) continue;
      if (states[index] === WAITS && Math.abs(this.now - seconds[index]!) < PATIENCE_SECONDS) {
        if (left <= leastWaiting) break;
        this.unawaited++;
      }
      left -= sizes[index]!;
      taken.push(row);
    }
    return this.give(taken);
  }

  /** Behind the last row. */
  private get end(): number {
    const last = this.blocks.length - 1;
    return last < 0 ? this.base : this.base + last * BLOCK_ROWS + this.blocks[last]!.count;
  }

  private count(bytes: number): void {
    this.bytes += bytes;
    this.held.bytes += bytes;
  }

  /** The rows are gone; they can be read when there is time, as nothing is added to them. */
  private give(taken: readonly number[]): Iterable<RowPlace<Block>> {
    const { blocks, base } = this;
    for (const row of taken) {
      const { states, sizes } = this.blockOf(row);
      states[row % BLOCK_ROWS] = GONE;
      this.count(-sizes[row % BLOCK_ROWS]!);
    }
    this.letGo();
    return placesOf(blocks, base, taken);
  }

  /** Lets go of the blocks at the start whose rows are all gone. */
  private letGo(): void {
    const { end } = this;
    while (this.first < end && this.isGone(this.first)) this.first++;
    // of the last block, too: it may be long until it is full
    const gone = this.first === end ? this.blocks.length : Math.floor((this.first - this.base) / BLOCK_ROWS);
    if (gone === 0) return;
    this.blocks = this.blocks.slice(gone);
    this.base += gone * BLOCK_ROWS;
    this.first = Math.max(this.first, this.base);
  }
}

/** These rows of the blocks. */
function* placesOf<Block>(blocks: readonly Block[], base: number, taken: readonly number[]): Iterable<RowPlace<Block>> {
  if (taken.length === 0) return;
  const place = { block: blocks[0]!, row: 0 };
  for (const row of taken) {
    place.block = blocks[Math.floor((row - base) / BLOCK_ROWS)]!;
    place.row = row % BLOCK_ROWS;
    yield place;
  }
}
