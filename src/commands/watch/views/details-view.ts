import { safeText } from '../../../core/output/safe-text.ts';
import { wrap } from '../../../core/output/text-width.ts';
import { formatterFor, UNKNOWN } from '../../../core/output/units.ts';
import type { AnyRow } from '../../../core/record/table.ts';
import { type Piece, piece } from '../../../core/screen/cells.ts';
import { isEmptyList, NONE, NOT_KNOWN } from '../../../core/screen/columns.ts';
import type { ListSpec } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';

/** A value is cut there. */
const LONGEST = 4096;

/** All fields of a row, one below the other: the pieces of each line. */
export function detailLines(model: Model, list: ListSpec, row: AnyRow, width: number): readonly (readonly Piece[])[] {
  const { theme, numerals } = model.settings;
  const fields = Object.entries(list.table.fields);
  const names = Math.max(...fields.map(([name]) => name.length));
  return fields.flatMap(([name, field]) => {
    const value = row[name];
    const isKnown = value !== null && value !== undefined;
    const text = isEmptyList(value) ? NONE : isKnown ? formatterFor(field, numerals)(value) : NOT_KNOWN;
    const role = !isKnown || isEmptyList(value) ? 'faint' : (field.tone?.(value as never) ?? null);
    const known = text === UNKNOWN ? NOT_KNOWN : text;
    const shown = known.length > LONGEST ? known.slice(0, LONGEST) + theme.glyphs.ellipsis : known;
    return wrap(safeText(shown), Math.max(8, width - names - 4)).map((part, index) => [
      piece(` ${(index === 0 ? name : '').padEnd(names)}  `, 'faint'),
      piece(part, role),
    ]);
  });
}
