import { openPalette } from '../../../src/core/output/palette.ts';
import { openTableRenderer } from '../../../src/core/output/table-renderer.ts';
import { plainNumerals } from '../../../src/core/output/units.ts';
import { visibleFields } from '../../../src/core/record/select-fields.ts';
import { openMemorySink } from '../../support/memory-sink.ts';
import type { ShownRows } from './shown-rows.ts';

/** The table as a terminal of so many columns shows it (null for a pipe), and the fields that it hides. */
export async function draw(
  { table, rows, repeating, fields }: ShownRows,
  columns: number | null,
): Promise<{ readonly text: string; readonly hidden: readonly string[] }> {
  const sink = openMemorySink();
  const hidden: string[] = [];
  const renderer = openTableRenderer(sink, {
    header: true,
    palette: await openPalette(0),
    numerals: plainNumerals,
    terminalColumns: () => columns,
    onHidden: (names) => hidden.push(...names),
  });
  await renderer.write({ table, fields: fields ?? visibleFields(table, repeating), rows });
  await renderer.end();
  return { text: sink.text(), hidden };
}
