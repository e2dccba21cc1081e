import type { Renderer } from '../../core/output/renderer.ts';
import type { Sink } from '../../core/output/sink.ts';
import type { TableRendererOptions } from '../../core/output/table-renderer.ts';
import type { AnyRow } from '../../core/record/table.ts';

/** A piece of a stream as it is printed: its text, or its bytes unchanged. */
export interface PrintedPiece extends AnyRow {
  readonly dir: 'a' | 'b';
  readonly printed: string | Uint8Array;
}

/** Prints pieces one after another; on a terminal with colour, each side has its own. */
export function openStreamPrinter(sink: Sink, { palette }: TableRendererOptions): Renderer {
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ rows }) {
      for (const row of rows) {
        const { dir, printed } = row as PrintedPiece;
        const wait =
          typeof printed === 'string'
            ? sink.write(palette.tone(dir === 'a' ? 'busy' : 'good', printed))
            : sink.writeBytes(printed);
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}
