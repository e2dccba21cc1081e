import type { RecordTable } from '../record/table.ts';
import type { Palette } from './palette.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import { TableDrawing } from './text-table.ts';
import type { Numerals } from './units.ts';

export interface TableRendererOptions {
  readonly header: boolean;
  readonly palette: Palette;
  readonly numerals: Numerals;
  /** Columns of the terminal, or null when the output is none. */
  readonly terminalColumns: () => number | null;
  /** Told of the fields whose columns do not fit the terminal, once for each table. */
  readonly onHidden: (fields: readonly string[]) => void;
  /** Told of rows for which a table had no room. */
  readonly onLeft?: (table: RecordTable, rows: number) => void;
}

/** Text of rows that is kept until a table can be measured; beyond, rows are counted. */
const MOST_CHARACTERS = 48 * 1024 * 1024;

/** Prints each snapshot as a table below the one before. Rows of one type that follow each other in it are one table. */
export function openTableRenderer(sink: Sink, options: TableRendererOptions): Renderer {
  let written = 0;
  const told = new Set<RecordTable>();
  let drawing: TableDrawing | null = null;
  const finish = async (): Promise<void> => {
    if (drawing === null) return;
    const { table, left } = drawing;
    const { lines, hidden } = await drawing.finish();
    drawing = null;
    if (written++ > 0) await sink.write('\n');
    for (const line of lines) {
      const wait = sink.write(line);
      if (wait !== undefined) await wait;
    }
    if (left > 0) options.onLeft?.(table, left);
    if (hidden.length > 0 && !told.has(table)) {
      told.add(table);
      options.onHidden(hidden);
    }
  };
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      if (drawing?.table !== table) await finish();
      drawing ??= new TableDrawing(
        table,
        {
          fields,
          terminalColumns: options.terminalColumns(),
          header: options.header,
          palette: options.palette,
          numerals: options.numerals,
        },
        MOST_CHARACTERS,
      );
      for (const row of rows) drawing.add(row);
    },
    async endSnapshot() {
      await finish();
      await sink.flush();
    },
    async end() {
      await finish();
      await sink.flush();
    },
  };
}
