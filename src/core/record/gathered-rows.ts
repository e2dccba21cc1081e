import { type SortKey, sortRows } from './sort.ts';
import type { AnyRow, RecordTable } from './table.ts';

/** Bytes of rows that are held to be sorted. */
const MOST_BYTES = 64 * 1024 * 1024;
/** What is left when there are more: the best of them. */
const LEFT = 3 / 4;
/** Rows beyond those that are wanted, before they are sorted and cut. */
const SPARE_ROWS = 4096;

/**
 * Rows that are to be sorted, in bounded memory: of those that are wanted at most, as many are held as they take, and of
 * all the others the last in the order go first.
 */
export class GatheredRows {
  /** Rows that there was no room for: they would come after those that are given. */
  left = 0;
  private readonly table: RecordTable;
  private readonly keys: readonly SortKey[];
  private readonly limit: number;
  private readonly mostBytes: number;
  private rows: AnyRow[] = [];
  private bytes = 0;

  /** `limit` is how many are wanted, Infinity for all. */
  constructor(table: RecordTable, keys: readonly SortKey[], limit: number, mostBytes = MOST_BYTES) {
    this.table = table;
    this.keys = keys;
    this.limit = limit;
    this.mostBytes = mostBytes;
  }

  add(row: AnyRow): void {
    this.rows.push(row);
    this.bytes += sizeOf(row);
    if (this.rows.length > 2 * this.limit + SPARE_ROWS) this.cut(this.limit);
    else if (this.bytes > this.mostBytes) {
      const there = this.rows.length;
      this.cut(Math.floor(there * LEFT));
      // those that nobody asked for are not missed
      this.left += Math.max(0, Math.min(there, this.limit) - this.rows.length);
    }
  }

  /** In order. */
  sorted(): readonly AnyRow[] {
    this.rows = sortRows(this.table, this.rows, this.keys);
    return this.rows;
  }

  private cut(count: number): void {
    this.rows = sortRows(this.table, this.rows, this.keys);
    this.rows.length = Math.min(this.rows.length, count);
    this.bytes = 0;
    for (const row of this.rows) this.bytes += sizeOf(row);
  }
}

/** About what a row takes in memory. */
export function sizeOf(row: AnyRow): number {
  let bytes = 32;
  for (const name in row) bytes += 8 + sizeOfValue(row[name]);
  return bytes;
}

function sizeOfValue(value: unknown): number {
  if (typeof value === 'string') return 24 + value.length;
  if (typeof value === 'number') return 12;
  if (!Array.isArray(value)) return 0;
  let bytes = 16;
  for (const item of value) bytes += 8 + sizeOfValue(item);
  return bytes;
}
