import { exactly, line, type Piece, piece, rule, widthOfPieces } from '../../../core/screen/cells.ts';
import { wrapPieces } from '../../../core/screen/wrapped-pieces.ts';
import { frameOf } from '../model/frame-layout.ts';
import { focusedList, type KeyTable, tabOf } from '../model/key-table.ts';
import type { Model } from '../model/model.ts';
import type { TableDialog } from '../model/table-dialog.ts';
import { detailLines } from './details-view.ts';
import { dialogLines } from './dialog-view.ts';
import { helpLines } from './help-view.ts';

/** What a popup shows, whatever there is room for. */
interface Content {
  readonly title: string;
  /** What stands behind the title; absent for nothing. */
  readonly mark?: string;
  /** Painted, or not yet. */
  readonly lines: readonly (string | readonly Piece[])[];
}

function contentOf(table: KeyTable, model: Model): Content {
  const { popup, width, settings } = model;
  const { texts } = settings;
  switch (popup?.kind) {
    case 'help':
      return { title: texts.helpTitle, lines: helpLines(table, model) };
    case 'details': {
      const { list } = focusedList(table, model);
      const lines = list === null ? [] : detailLines(model, list, popup.pinned.row, width);
      return { title: texts.detailsTitle, mark: popup.pinned.isGone ? texts.gone : '', lines };
    }
    case 'text':
      return { title: popup.title, lines: popup.lines.flatMap((one) => wrapPieces(one, width, indentOf(one))) };
    case 'tables':
    case undefined:
      return { title: '', lines: [] };
  }
}

/** Where a line that is too long goes on: below what is said of a name, else below its first word. */
const indentOf = ([first, second]: readonly Piece[]): number =>
  first === undefined ? 0 : second === undefined ? /^ */.exec(first.text)![0].length : widthOfPieces([first]);

/** The tables that lie over the tab; null for none. */
export function dialogOf(table: KeyTable, model: Model): TableDialog | null {
  if (model.popup?.kind !== 'tables') return null;
  const { pinned } = model.popup;
  const dialog = tabOf(table, model).dialog?.(model, pinned.row) ?? { title: '', tables: [] };
  return pinned.isGone ? { ...dialog, title: `${dialog.title}  ${model.settings.texts.gone}` } : dialog;
}

/** How many lines of a popup are shown below its title. */
export const popupHeight = (model: Model): number => Math.max(1, frameOf(model).body.height - 1);

/** The greatest `top` of the popup: there its last line is shown. */
export const lastTop = (table: KeyTable, model: Model): number =>
  Math.max(0, contentOf(table, model).lines.length - popupHeight(model));

/** The popup in place of the tab: its title, with which lines of how many are shown, and these. */
export function popupView(table: KeyTable, model: Model, height: number): readonly string[] {
  const { width, popup, settings } = model;
  const dialog = dialogOf(table, model);
  if (dialog !== null) return dialogLines(model, dialog, height);
  const { title, mark = '', lines } = contentOf(table, model);
  const room = Math.max(0, height - 1);
  const top = Math.max(0, Math.min(popup?.top ?? 0, lines.length - room));
  const part = lines.length <= room ? '' : ` ${top + 1}-${Math.min(lines.length, top + room)}/${lines.length}`;
  const head = rule(
    settings.theme,
    [piece(title, 'title'), piece(mark === '' ? '' : ` ${mark}`, 'notice'), piece(part, 'faint')],
    width,
  );
  const shown = lines
    .slice(top, top + room)
    .map((one) => (typeof one === 'string' ? one : line(settings.theme, one, width)));
  return exactly([head, ...shown], width, height);
}
