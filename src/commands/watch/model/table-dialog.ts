/** Short tables that lie over a tab. */
export interface TableDialog {
  readonly title: string;
  readonly tables: readonly DialogTable[];
}

/** A table: its columns, and for each row a text for each of them. The texts may come from outside. */
export interface DialogTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Rows of all tables together that are shown at most. */
const MOST_ROWS = 10;
/** Lines of a table without its rows, and of each row, with the line above it. */
const TABLE_LINES = 3;
const ROW_LINES = 2;
/** Lines of a dialog beside its tables: the frame, the title, and what was left out. */
const DIALOG_LINES = 4;
/** Cells are cut there. */
const WIDEST_CELL = 40;
/** Columns of the frame, and between tables. */
const FRAME = 4;
export const TABLE_GAP = 2;

/** A dialog as it fits. */
export interface FittedDialog {
  readonly title: string;
  readonly tables: readonly DialogTable[];
  readonly isBeside: boolean;
  /** How many rows found no room. */
  readonly missing: number;
}

/** The dialog with its cells in ASCII and as many rows as there is room for, its tables beside each other where they fit. */
export function fitDialog({ title, tables }: TableDialog, width: number, height: number): FittedDialog {
  const room = Math.max(0, height - DIALOG_LINES);
  const safe = tables.map((table) => narrowed(table, width - FRAME)).filter(({ rows }) => rows.length > 0);
  const isBeside = safe.reduce((sum, table) => sum + widthOfTable(table) + TABLE_GAP, -TABLE_GAP) <= width - FRAME;
  const kept = safe.map(() => 0);
  const linesOf = (counts: readonly number[]): number => {
    const each = counts.map((count) => (count === 0 ? 0 : TABLE_LINES + ROW_LINES * count));
    return isBeside ? Math.max(0, ...each) : each.reduce((sum, one) => sum + one, 0);
  };
  // a row of each table in turn
  for (let isGrowing = true; isGrowing; ) {
    isGrowing = false;
    for (const [index, { rows }] of safe.entries()) {
      const more = kept.with(index, kept[index]! + 1);
      const sum = kept.reduce((all, count) => all + count, 0);
      if (kept[index]! >= rows.length || sum >= MOST_ROWS || linesOf(more) > room) continue;
      kept[index]!++;
      isGrowing = true;
    }
  }
  const total = safe.reduce((sum, { rows }) => sum + rows.length, 0);
  return {
    title: ascii(title),
    tables: safe
      .map(({ columns, rows }, index) => ({ columns, rows: rows.slice(0, kept[index]) }))
      .filter(({ rows }) => rows.length > 0),
    isBeside,
    missing: total - kept.reduce((sum, count) => sum + count, 0),
  };
}

/** Each width counts the padding and the line at its right. */
export const columnWidths = ({ columns, rows }: DialogTable): readonly number[] =>
  columns.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]!.length)) + 2);

const widthOfTable = (table: DialogTable): number => columnWidths(table).reduce((sum, one) => sum + one + 1, 1);

/** The table without its last columns where not all fit; a cell is cut too where it is alone. */
function narrowed({ columns, rows }: DialogTable, width: number): DialogTable {
  const safe = {
    columns: columns.map(ascii),
    rows: rows.map((row) => row.map((text) => ascii(text).slice(0, Math.max(1, Math.min(WIDEST_CELL, width - 4))))),
  };
  let count = columns.length;
  const first = (n: number): DialogTable => ({
    columns: safe.columns.slice(0, n),
    rows: safe.rows.map((row) => row.slice(0, n)),
  });
  while (count > 1 && widthOfTable(first(count)) > width) count--;
  return first(count);
}

/** Ink measures text of other characters slowly, and ink-table by their number. */
const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');
