import { isNumeric, type Tone } from '../record/field.ts';
import { type AnyRow, fieldNamed, headingOf, type RecordTable } from '../record/table.ts';
import { shortAddresses } from './cell-cut.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import type { TableRendererOptions } from './table-renderer.ts';
import { pad, truncate, truncateMiddle, widthOf } from './text-width.ts';
import { formatterFor } from './units.ts';

export interface StreamTableOptions extends TableRendererOptions {
  /** How a field is written where its kind alone would say it otherwise. The result is safe to show. */
  readonly formats: Readonly<Record<string, (value: unknown) => string>>;
  /** Columns that a field gets from the start, so that later rows stand below earlier ones. */
  readonly widths: Readonly<Record<string, number>>;
  /** One character before the row. */
  readonly markOf: (row: AnyRow) => string;
  readonly toneOf: (row: AnyRow) => Tone | null;
}

interface Column {
  readonly name: string;
  readonly heading: string;
  readonly padded: 'left' | 'right';
  readonly format: (value: unknown) => string;
  readonly priority: number;
  /** Makes a cell that is too wide for the line narrower; null for one that is never cut. */
  readonly cut: ((cell: string) => string) | null;
  width: number;
}

/** What the last column needs to say something. */
const LEAST_LAST = 20;

/**
 * Prints rows as they come, each on a line of its own below one header: nothing waits for the rows after it, so columns
 * have widths of their own and grow when a value needs it. On a narrow terminal columns are hidden by priority at the
 * start, long addresses are shortened so that different ones look different, and the last column is cut at the edge.
 */
export function openStreamTable(sink: Sink, options: StreamTableOptions): Renderer {
  const columnsOf = new Map<RecordTable, readonly Column[]>();
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      let columns = columnsOf.get(table);
      if (columns === undefined) {
        const edge = options.terminalColumns();
        const cut = edge === null ? null : openAddressCut(edge);
        const all = fields.map((name) => columnOf(table, name, options, cut));
        columns = edge === null ? all : fitting(all, edge);
        columnsOf.set(table, columns);
        const hidden = all.filter((one) => !columns!.includes(one));
        if (hidden.length > 0) options.onHidden(hidden.map(({ name }) => name));
        if (options.header) await sink.write(`${options.palette.heading(lineOf(columns, null, ' ', options))}\n`);
      }
      for (const row of rows) {
        const line = lineOf(columns, row, options.markOf(row), options);
        const wait = sink.write(`${options.palette.tone(options.toneOf(row), line)}\n`);
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}

function columnOf(
  table: RecordTable,
  name: string,
  { formats, widths, numerals }: StreamTableOptions,
  addressCut: Column['cut'],
): Column {
  const field = fieldNamed(table, name)!;
  const heading = headingOf(name, field);
  return {
    name,
    heading,
    padded: isNumeric(field) ? 'left' : 'right',
    format: formats[name] ?? formatterFor(field, numerals),
    priority: field.priority,
    cut: field.kind === 'address' && !field.many ? addressCut : null,
    width: Math.max(heading.length, widths[name] ?? 0),
  };
}

/** The columns for which there is room beside the least of the last one; those that answer the question stay. */
function fitting(all: readonly Column[], edge: number): readonly Column[] {
  const shown = [...all];
  const isOver = (): boolean => shown.slice(0, -1).reduce((sum, { width }) => sum + width + 1, 2 + LEAST_LAST) > edge;
  const leaving = all.slice(0, -1).filter(({ priority }) => priority > 1);
  for (const one of leaving.sort((a, b) => b.priority - a.priority || all.indexOf(b) - all.indexOf(a)))
    if (isOver()) shown.splice(shown.indexOf(one), 1);
  return shown;
}

/** Addresses beyond which nobody remembers what was printed for them. */
const MOST_REMEMBERED = 4096;
/** No IPv4 address and no hardware address is longer. */
const LEAST_ADDRESS = 17;

/** Shortens addresses to a quarter of the line, each in a way that tells it from all before it; whole where none does. */
function openAddressCut(edge: number): (cell: string) => string {
  const width = Math.max(LEAST_ADDRESS, Math.floor(edge / 4));
  const addressOf = new Map<string, string>();
  const remember = (short: string, cell: string): string => {
    if (addressOf.size < MOST_REMEMBERED) addressOf.set(short, cell);
    return short;
  };
  return (cell) => {
    if (cell.length <= width) return cell;
    const usual = truncateMiddle(cell, width);
    const first = addressOf.get(usual) ?? cell;
    if (first === cell) return remember(usual, cell);
    for (const short of shortAddresses(cell, width, first))
      if ((addressOf.get(short) ?? cell) === cell) return remember(short, cell);
    return cell;
  };
}

/** The header for null. */
function lineOf(columns: readonly Column[], row: AnyRow | null, mark: string, options: StreamTableOptions): string {
  let line = mark;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const whole = row === null ? column.heading : column.format(row[column.name]);
    const cell = column.cut === null ? whole : column.cut(whole);
    const width = widthOf(cell);
    if (width > column.width && index < columns.length - 1) column.width = width;
    const last = index === columns.length - 1 && column.padded === 'right';
    line += last ? ` ${cell}` : ` ${pad(cell, column.width, column.padded)}`;
  }
  const edge = options.terminalColumns();
  return edge === null ? line.trimEnd() : truncate(line.trimEnd(), edge);
}
