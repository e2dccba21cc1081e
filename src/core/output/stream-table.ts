import { isNumeric, type Tone } from '../record/field.ts';
import { type AnyRow, fieldNamed, headingOf, type RecordTable } from '../record/table.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import type { TableRendererOptions } from './table-renderer.ts';
import { pad, truncate, widthOf } from './text-width.ts';
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
  width: number;
}

/**
 * Prints rows as they come, each on a line of its own below one header: nothing waits for the rows after it, so columns
 * have widths of their own and grow when a value needs it. On a terminal the last column is cut at the edge.
 */
export function openStreamTable(sink: Sink, options: StreamTableOptions): Renderer {
  const columnsOf = new Map<RecordTable, readonly Column[]>();
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      let columns = columnsOf.get(table);
      if (columns === undefined) {
        columns = fields.map((name) => columnOf(table, name, options));
        columnsOf.set(table, columns);
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

function columnOf(table: RecordTable, name: string, { formats, widths, numerals }: StreamTableOptions): Column {
  const field = fieldNamed(table, name)!;
  const heading = headingOf(name, field);
  return {
    name,
    heading,
    padded: isNumeric(field) ? 'left' : 'right',
    format: formats[name] ?? formatterFor(field, numerals),
    width: Math.max(heading.length, widths[name] ?? 0),
  };
}

/** The header for null. */
function lineOf(columns: readonly Column[], row: AnyRow | null, mark: string, options: StreamTableOptions): string {
  let line = mark;
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    const cell = row === null ? column.heading : column.format(row[column.name]);
    const width = widthOf(cell);
    if (width > column.width && index < columns.length - 1) column.width = width;
    const last = index === columns.length - 1 && column.padded === 'right';
    line += last ? ` ${cell}` : ` ${pad(cell, column.width, column.padded)}`;
  }
  const edge = options.terminalColumns();
  return edge === null ? line.trimEnd() : truncate(line.trimEnd(), edge);
}
