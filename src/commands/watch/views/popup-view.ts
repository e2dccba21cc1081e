import { exactly, line, type Piece, piece, rule } from '../../../core/screen/cells.ts';
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
      return { title: texts.detailsTitle, lines: list === null ? [] : detailLines(model, list, width) };
    }
    case 'text':
      return { title: popup.title, lines: popup.lines };
    case 'tables':
    case undefined:
      return { title: '', lines: [] };
  }
}

/** The tables that lie over the tab; null for none. */
export function dialogOf(table: KeyTable, model: Model): TableDialog | null {
  if (model.popup?.kind !== 'tables') return null;
  return tabOf(table, model).dialog?.(model) ?? { title: '', tables: [] };
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
  const { title, lines } = contentOf(table, model);
  const room = Math.max(0, height - 1);
  const top = Math.max(0, Math.min(popup?.top ?? 0, lines.length - room));
  const part = lines.length <= room ? '' : ` ${top + 1}-${Math.min(lines.length, top + room)}/${lines.length}`;
  const head = rule(settings.theme, [piece(title, 'title'), piece(part, 'faint')], width);
  const shown = lines
    .slice(top, top + room)
    .map((one) => (typeof one === 'string' ? one : line(settings.theme, one, width)));
  return exactly([head, ...shown], width, height);
}
