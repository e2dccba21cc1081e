import { type SortKey, sortRows } from '../record/sort.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';
import { compareText } from '../record/text-order.ts';

/** A line of a list: a row, or a group of rows. */
export interface Entry {
  /** The same from look to look: what is selected is kept by it, wherever it moves. */
  readonly id: string;
  readonly row: AnyRow;
  /** How many rows the group has; null for a row. */
  readonly size: number | null;
  readonly isFolded: boolean;
}

/** How the rows of a list are put in order. */
export interface Order {
  readonly table: RecordTable;
  readonly identify: (row: AnyRow) => string;
  readonly keep: ((row: AnyRow) => boolean) | null;
  readonly sort: readonly SortKey[];
  readonly grouping: Grouping | null;
  /** Whether a group, by its identity, shows one line. */
  readonly isFolded: (id: string) => boolean;
  /** The order that is held, by identity; rows that are not in it come last. Null for none. */
  readonly frozen: readonly string[] | null;
}

/** Rows that belong together, and the row that stands for them. */
export interface Grouping {
  /** The field that they share: groups whose totals are alike are in the order of its texts. */
  readonly field: string;
  readonly of: (row: AnyRow) => string;
  readonly total: (name: string, rows: readonly AnyRow[]) => AnyRow;
}

/** Identities of groups begin so, which none of a row does. */
const GROUP = '\0group ';

/** So many lines are looked for one by one, as those that stay selected from look to look. */
const FEW = 2;

/** The lines of a list in order. */
export class Arrangement {
  readonly entries: readonly Entry[];
  /** How many rows pass the filter, folded or not, and how many there are. */
  readonly matched: number;
  readonly total: number;
  private readonly rows: readonly Entry[];
  /** Where lines are that were asked for, and of all lines when many were. */
  private readonly found = new Map<string, number>();
  private indexes: Map<string, number> | null = null;

  constructor(rows: readonly AnyRow[], order: Order) {
    const kept = order.keep === null ? rows : rows.filter(order.keep);
    this.total = rows.length;
    this.matched = kept.length;
    const sorted = order.sort.length === 0 ? kept : sortRows(order.table, kept, order.sort);
    const lines = entriesOf(inOrder(sorted, order.identify, order.frozen), order);
    this.rows = lines;
    this.entries = order.grouping === null ? lines : groupedEntries(lines, order, order.grouping);
  }

  /** The order as it is, to be held: of all rows, those of folded groups too, and of the groups. */
  get ids(): readonly string[] {
    const groups = this.entries.filter(({ size }) => size !== null);
    return [...groups, ...this.rows].map(({ id }) => id);
  }

  /** Where a line is; -1 when it is not there. */
  indexOf(id: string | null): number {
    if (id === null) return -1;
    if (this.indexes === null && this.found.size >= FEW) {
      this.indexes = new Map();
      for (const [index, entry] of this.entries.entries()) this.indexes.set(entry.id, index);
    }
    if (this.indexes !== null) return this.indexes.get(id) ?? -1;
    let index = this.found.get(id);
    if (index === undefined) {
      index = this.entries.findLastIndex((entry) => entry.id === id);
      this.found.set(id, index);
    }
    return index;
  }
}

const entriesOf = (rows: readonly AnyRow[], { identify }: Order): readonly Entry[] =>
  rows.map((row) => new RowEntry(row, identify));

/** The line of a row. Its identity is a text that is made when it is asked for: few of 10,000 are. */
class RowEntry implements Entry {
  readonly row: AnyRow;
  readonly size = null;
  readonly isFolded = false;
  private readonly identify: Order['identify'];

  constructor(row: AnyRow, identify: Order['identify']) {
    this.row = row;
    this.identify = identify;
  }

  get id(): string {
    return this.identify(this.row);
  }
}

/** Groups in the order of their totals, each with its rows below it unless it is folded. */
function groupedEntries(lines: readonly Entry[], order: Order, { field, of, total }: Grouping): readonly Entry[] {
  const groups = new Map<string, Entry[]>();
  for (const line of lines) {
    const name = of(line.row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [line]);
    else group.push(line);
  }
  const heads = [...groups].map(([name, members]): Entry => {
    const id = GROUP + name;
    const row = total(
      name,
      members.map((one) => one.row),
    );
    return { id, row, size: members.length, isFolded: order.isFolded(id) };
  });
  const byRow = new Map(heads.map((head) => [head.row, head]));
  const byText = [...byRow.keys()].sort((a, b) => compareKnown(a[field], b[field]));
  const sorted = order.sort.length === 0 ? [...byRow.keys()] : sortRows(order.table, byText, order.sort);
  return inOrder(sorted, (row) => byRow.get(row)!.id, order.frozen).flatMap((row) => {
    const head = byRow.get(row)!;
    return head.isFolded ? [head] : [head, ...groups.get(head.id.slice(GROUP.length))!];
  });
}

/** Unknown values come last. */
function compareKnown(a: unknown, b: unknown): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compareText(String(a), String(b));
}

/** Rows in the order that is held, those that are not in it last; as they are where none is. */
function inOrder(
  rows: readonly AnyRow[],
  identify: (row: AnyRow) => string,
  frozen: readonly string[] | null,
): readonly AnyRow[] {
  if (frozen === null) return rows;
  const places = new Map(frozen.map((id, place) => [id, place]));
  const placed = rows.map((row) => ({ row, place: places.get(identify(row)) ?? frozen.length }));
  return placed.sort((a, b) => a.place - b.place).map(({ row }) => row);
}
