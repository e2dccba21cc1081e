import type { Palette } from './palette.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import { drawTable } from './text-table.ts';
import type { Numerals } from './units.ts';

export interface TableRendererOptions {
  readonly header: boolean;
  readonly palette: Palette;
  readonly numerals: Numerals;
  /** Columns of the terminal, or null when the output is none. */
  readonly terminalColumns: () => number | null;
  /** Told once of columns that do not fit the terminal. */
  readonly onHidden: (headings: readonly string[]) => void;
}

/** Prints each snapshot as a table below the one before. */
export function openTableRenderer(sink: Sink, options: TableRendererOptions): Renderer {
  let written = 0;
  let toldHidden = false;
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      const drawn = await drawTable(table, [...rows], {
        fields,
        terminalColumns: options.terminalColumns(),
        header: options.header,
        palette: options.palette,
        numerals: options.numerals,
      });
      await sink.write(written++ === 0 ? drawn.text : `\n${drawn.text}`);
      if (drawn.hidden.length > 0 && !toldHidden) {
        toldHidden = true;
        options.onHidden(drawn.hidden);
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}
