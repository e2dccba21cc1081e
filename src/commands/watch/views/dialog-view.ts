import { cell, exactly, line, piece } from '../../../core/screen/cells.ts';
import type { Model } from '../model/model.ts';
import { columnWidths, type DialogTable, fitDialog, type TableDialog } from '../model/table-dialog.ts';
import { fill } from '../texts/fill.ts';

/** A dialog in lines: what is shown until Ink, which draws it with frames, is there. */
export function dialogLines({ width, settings }: Model, dialog: TableDialog, height: number): readonly string[] {
  const { theme, texts } = settings;
  const { title, tables, missing } = fitDialog(dialog, width, height);
  const rest =
    missing === 0 ? [] : [line(theme, [piece(` ${fill(texts.moreRows, { count: missing })}`, 'faint')], width)];
  return exactly(
    [
      line(theme, [piece(` ${title}`, 'title')], width),
      ...(tables.length === 0 ? [line(theme, [piece(` ${texts.nothing}`, 'faint')], width)] : []),
      ...tables.flatMap((table) =>
        tableLines(table).map((text, index) => line(theme, [piece(` ${text}`, index === 0 ? 'heading' : null)], width)),
      ),
      ...rest,
    ],
    width,
    height,
  );
}

function tableLines(table: DialogTable): readonly string[] {
  const widths = columnWidths(table);
  return [table.columns, ...table.rows].map((row) => row.map((text, index) => cell(text, widths[index]!)).join(''));
}
