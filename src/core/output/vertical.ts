import { fieldNamed } from '../record/table.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import { wrap } from './text-width.ts';
import { formatterFor, type Numerals } from './units.ts';

/** Columns between a name and its value. */
const GAP = 2;
/** A value is not squeezed into fewer columns of the terminal. */
const LEAST_VALUE = 20;

/**
 * Prints each row as a block of lines, one for each field, with an empty line between two rows. A long value goes on below
 * itself. `columns` is the width of the terminal; null where there is none, and nothing is broken.
 */
export function openVerticalRenderer(sink: Sink, numerals: Numerals, columns: () => number | null): Renderer {
  let isFirst = true;
  return {
    mixesTypes: false,
    ownsTerminal: false,
    async write({ table, fields, rows }) {
      const lines = fields.map((name) => ({ name, format: formatterFor(fieldNamed(table, name)!, numerals) }));
      const indent = Math.max(0, ...fields.map(({ length }) => length)) + GAP;
      for (const row of rows) {
        const width = columns();
        const room = width === null ? Number.POSITIVE_INFINITY : Math.max(LEAST_VALUE, width - indent);
        const block = lines.flatMap(({ name, format }) =>
          valuesOf(row[name], format).flatMap((value, nth) =>
            wrap(value, room).map((part, at) => (nth + at === 0 ? name.padEnd(indent) : ' '.repeat(indent)) + part),
          ),
        );
        const wait = sink.write(`${isFirst ? '' : '\n'}${block.map((line) => `${line.trimEnd()}\n`).join('')}`);
        isFirst = false;
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}

/** The value as text; each element of a list has a line of its own. */
function valuesOf(value: unknown, format: (value: unknown) => string): readonly string[] {
  return Array.isArray(value) && value.length > 0 ? value.map((element) => format([element])) : [format(value)];
}
