import { type SortKey, sortRows } from '../record/sort.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';

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
  /** Groups that show one line. */
  readonly folded: ReadonlySet<string>;
  /** The order that is held, by identity; rows that are not in it come last. Null for none. */
  readonly frozen: readonly string[] | null;
}

/** Rows that belong together, and the row that stands for them. */
export interface Grouping {
  readonly of: (row: AnyRow) => string;
  readonly total: (name: string, rows: readonly AnyRow[]) => AnyRow;
}

/** Identities of groups begin so, which none of a row does. */
const GROUP = '\0group ';

/** The lines of a list in order. */
export class Arrangement {
  readonly entries: readonly Entry[];
  /** How many rows pass the filter, folded or not, and how many there are. */
  readonly matched: number;
  readonly total: number;
  private indexes: Map<string, number> | null = null;

  constructor(rows: readonly AnyRow[], order: Order) {
    const kept = order.keep === null ? rows : rows.filter(order.keep);
    this.total = rows.length;
    this.matched = kept.length;
    const sorted = order.sort.length === 0 ? kept : sortRows(order.table, kept, order.sort);
    const entries = order.grouping === null ? entriesOf(sorted, order) : groupedEntries(sorted, order, order.grouping);
    this.entries = order.frozen === null ? entries : inOrder(entries, order.frozen);
  }

  /** Where a line is; -1 when it is not there. */
  indexOf(id: string | null): number {
    if (id === null) return -1;
    if (this.indexes === null) {
      this.indexes = new Map();
      for (const [index, entry] of this.entries.entries()) this.indexes.set(entry.id, index);
    }
    return this.indexes.get(id) ?? -1;
  }
}

const entriesOf = (rows: readonly AnyRow[], { identify }: Order): readonly Entry[] =>
  rows.map((row) => ({ id: identify(row), row, size: null, isFolded: false }));

/** Groups in the order of their totals, each with its rows below it unless it is folded. */
function groupedEntries(rows: readonly AnyRow[], order: Order, { of, total }: Grouping): readonly Entry[] {
  const groups = new Map<string, AnyRow[]>();
  for (const row of rows) {
    const name = of(row);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  const totals = new Map<AnyRow, string>();
  for (const [name, members] of groups) totals.set(total(name, members), name);
  const sorted = order.sort.length === 0 ? [...totals.keys()] : sortRows(order.table, totals.keys(), order.sort);
  return sorted.flatMap((row) => {
    const name = totals.get(row)!;
    const members = groups.get(name)!;
    const id = GROUP + name;
    const isFolded = order.folded.has(id);
    const head = { id, row, size: members.length, isFolded };
    return isFolded ? [head] : [head, ...entriesOf(members, order)];
  });
}

function inOrder(entries: readonly Entry[], ids: readonly string[]): readonly Entry[] {
  const places = new Map(ids.map((id, place) => [id, place]));
  const placeOf = ({ id }: Entry): number => places.get(id) ?? ids.length;
  return [...entries].sort((a, b) => placeOf(a) - placeOf(b));
}
