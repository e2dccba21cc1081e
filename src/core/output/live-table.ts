import type { AnyRow, RecordTable } from '../record/table.ts';
import { openLiveScreen, type ScreenTerminal } from './live-screen.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import type { TableRendererOptions } from './table-renderer.ts';
import { drawTable, hiddenColumns } from './text-table.ts';
import { truncate } from './text-width.ts';

export interface LiveTableOptions extends TableRendererOptions {
  readonly terminal: ScreenTerminal;
  /** The time of day shown in the headline. */
  readonly timeOfDay: () => string;
}

/**
 * A table that is redrawn in place at every snapshot, under a line of totals. At the end the terminal gets back what it
 * showed before, and below it the last table.
 */
export function openLiveTable(sink: Sink, options: LiveTableOptions): Renderer {
  const screen = openLiveScreen(sink, options.terminal);
  let frame: string[] = [];
  let last: readonly string[] = [];
  const hidden = new Map<RecordTable, readonly string[]>();
  return {
    mixesTypes: false,
    ownsTerminal: true,
    async write({ table, fields, rows, headline }) {
      const all: AnyRow[] = [...rows];
      const columns = options.terminalColumns() ?? 80;
      // rows below the edge are not drawn: laying out 18,000 to show 40 would cost seconds
      const room = Math.max(1, options.terminal.rows() - frame.length - 4);
      const shown = all.slice(0, room);
      const drawn = await drawTable(table, shown, {
        fields,
        terminalColumns: columns,
        header: options.header,
        palette: options.palette,
        numerals: options.numerals,
      });
      if (frame.length > 0) frame.push('');
      if (headline !== undefined)
        frame.push(options.palette.strong(truncate(`${options.timeOfDay()}  ${headline(all)}`, columns)));
      frame.push(...drawn.text.trimEnd().split('\n'));
      const notes: string[] = [];
      if (drawn.hidden.length > 0) {
        hidden.set(table, drawn.hidden);
        notes.push(hiddenColumns(drawn.hidden, columns));
      }
      if (all.length > shown.length)
        notes.push(`${all.length - shown.length} more rows; --limit, --filter or a larger window`);
      for (const note of notes) frame.push(options.palette.faint(truncate(note, columns)));
    },
    async endSnapshot() {
      last = frame;
      frame = [];
      await screen.draw(last);
    },
    async end() {
      await screen.close();
      if (last.length > 0) await sink.write(`${last.join('\n')}\n`);
      await sink.flush();
      for (const fields of hidden.values()) options.onHidden(fields);
    },
  };
}
