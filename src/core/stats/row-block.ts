import type { Packet } from '../wire/packet.ts';

/** Rows of a block. */
export const BLOCK_ROWS = 1024;

/** A time of a packet. */
export type Moment = Pick<Packet, 'seconds' | 'nanoseconds'>;

/** What a row is: held as it is, held until its answer comes, or passed on. */
export const COMPLETE = 0;
export const WAITS = 1;
export const GONE = 2;

/**
 * Some records as columns; each kind of record adds its own. An object is made of a row when it is printed, and not kept: half a
 * million of DNS, with their texts, took three quarters of the time in garbage collection, and four times the memory.
 */
export abstract class RowBlock<Row> {
  count = 0;
  readonly seconds = new Float64Array(BLOCK_ROWS);
  readonly nanoseconds = new Int32Array(BLOCK_ROWS);
  readonly states = new Uint8Array(BLOCK_ROWS);
  /** Roughly the memory that each row takes. */
  readonly sizes = new Int32Array(BLOCK_ROWS);

  get isFull(): boolean {
    return this.count === BLOCK_ROWS;
  }

  /** Adds a row of that time, whose other columns are as they were made. */
  begin({ seconds, nanoseconds }: Moment, waits: boolean, bytes: number): void {
    const index = this.count++;
    this.seconds[index] = seconds;
    this.nanoseconds[index] = nanoseconds;
    this.states[index] = waits ? WAITS : COMPLETE;
    this.sizes[index] = bytes;
  }

  /** The record of a row. */
  abstract rowOf(index: number): Row;
}

/** Where a row is, while it is read: the next one is told in the same object. */
export interface RowPlace<Block> {
  readonly block: Block;
  readonly row: number;
}

/** A column of texts, null where there is none. */
export const texts = (): (string | null)[] => new Array<string | null>(BLOCK_ROWS).fill(null);

/** A column of numbers that are not always known; NaN stands for none. */
export const numbers = (): Float64Array => new Float64Array(BLOCK_ROWS).fill(Number.NaN);

export const orNull = (number: number): number | null => (Number.isNaN(number) ? null : number);
