import { cell, line, piece } from '../../../core/screen/cells.ts';
import { paint } from '../../../core/screen/theme.ts';
import type { Model } from '../model/model.ts';

/** The line that is typed, and below it what is wrong with it. */
export function promptLines(model: Model): readonly string[] {
  const { theme } = model.settings;
  const { width } = model;
  const { mark: begun, text, cursor, error } = model.prompt!;
  // what is left of the cursor is shown as far as it fits
  const start = Math.max(0, cursor - (width - 6));
  const at = text.slice(cursor, cursor + 1) || ' ';
  const typed = line(
    theme,
    [
      piece(` ${begun} `, 'key'),
      piece(text.slice(start, cursor)),
      piece(at, 'selected'),
      piece(text.slice(cursor + 1)),
    ],
    width,
  );
  if (error === null) return [typed, line(theme, [piece('')], width)];
  const column = error.column - start;
  const mark = column >= 0 && column < width - 4 ? `${' '.repeat(3 + column)}^ ` : '   ';
  const room = width - mark.length;
  const message = room < error.message.length ? `   ${error.message}` : mark + error.message;
  return [typed, paint(theme, 'bad', cell(message, width, 'left', theme.glyphs.ellipsis))];
}
