import type { PlacedDialog } from './ink-screen.ts';
import { frameOf, LEAST_HEIGHT, LEAST_WIDTH } from './model/frame-layout.ts';
import type { KeyTable } from './model/key-table.ts';
import type { Model } from './model/model.ts';
import { fitDialog } from './model/table-dialog.ts';
import { fill } from './texts/fill.ts';
import { dialogOf } from './views/popup-view.ts';

/** The last dialog, by what it shows: while that stays the same, Ink draws nothing anew. */
let last: { readonly key: string; readonly content: PlacedDialog['content'] } | null = null;

/** The dialog of the model as Ink draws it, over the body of the frame; null for none. */
export function placeDialog(table: KeyTable, model: Model): PlacedDialog | null {
  const dialog = dialogOf(table, model);
  const { width, height, settings } = model;
  if (dialog === null || width < LEAST_WIDTH || height < LEAST_HEIGHT) return null;
  const { theme, texts } = settings;
  const { body, strip } = frameOf(model);
  const covered = body.height + strip.height;
  const fitted = fitDialog(dialog, width, covered);
  const rest = fitted.missing === 0 ? '' : fill(texts.moreRows, { count: fitted.missing });
  const content = { ...fitted, width, height: covered, rest, nothing: texts.nothing };
  const key = JSON.stringify(content);
  if (last?.key !== key) last = { key, content };
  return { content: last.content, row: body.row, hasColor: theme.hasColor, isAscii: theme.name === 'ascii' };
}
