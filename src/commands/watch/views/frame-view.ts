import { cell, exactly, line, type Piece, piece, rule, twoSided, widthOfPieces } from '../../../core/screen/cells.ts';
import { selectedIndex } from '../../../core/screen/selection.ts';
import { paint } from '../../../core/screen/theme.ts';
import { arrange, listState } from '../model/arranged.ts';
import type { Binding } from '../model/binding.ts';
import { frameOf, LEAST_HEIGHT, LEAST_WIDTH } from '../model/frame-layout.ts';
import type { ListSpec } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import { focusedList, type KeyTable, tabOf } from '../model/update.ts';
import { fill } from '../texts/fill.ts';
import { detailsView } from './details-view.ts';
import { helpView } from './help-view.ts';

/** The whole screen: `model.height` lines of `model.width` columns. */
export function frameView(table: KeyTable, model: Model): readonly string[] {
  const { width, height } = model;
  if (width < LEAST_WIDTH || height < LEAST_HEIGHT) return tooSmall(model);
  const frame = frameOf(model);
  const tab = tabOf(table, model);
  const { list } = focusedList(table, model);
  const body = tab.view(model, width, frame.body.height);
  const covered = model.popup === null ? body : popupView(table, model, list, frame.body.height);
  return [
    tabLine(table, model),
    titleLine(table, model, list),
    ...exactly(covered, width, frame.body.height),
    ...exactly(stripLines(model, list), width, frame.strip.height),
    ...footerLines(table, model),
  ];
}

function tooSmall(model: Model): readonly string[] {
  const { theme, texts } = model.settings;
  const text = fill(texts.terminalTooSmall, { width: LEAST_WIDTH, height: LEAST_HEIGHT });
  return exactly([line(theme, [piece(text)], model.width)], model.width, model.height);
}

function popupView(table: KeyTable, model: Model, list: ListSpec | null, height: number): readonly string[] {
  switch (model.popup!.kind) {
    case 'help':
      return helpView(table, model, height);
    case 'details':
      return list === null ? [] : detailsView(model, list, height);
    case 'text':
      return textView(model, height);
  }
}

/** The lines of an answer. */
function textView(model: Model, height: number): readonly string[] {
  const { popup, width } = model;
  if (popup?.kind !== 'text') return [];
  const { theme } = model.settings;
  const top = Math.max(0, Math.min(popup.top, popup.lines.length - (height - 1)));
  const lines = popup.lines.slice(top, top + height - 1).map((pieces) => line(theme, pieces, width));
  return [rule(theme, [piece(popup.title, 'title')], width), ...lines];
}

/** The tabs, and the time of day. */
function tabLine(table: KeyTable, model: Model): string {
  const { theme } = model.settings;
  const tabs = frameOf(model)
    .tabs(table.tabs)
    .map(({ name, text }) => piece(text, name === model.tab ? 'selected' : null));
  const clock = model.machine.at === null ? '' : `${model.machine.at.time.slice(11, 19)}Z`;
  return twoSided(theme, tabs, [piece(clock, 'faint')], model.width);
}

/** What the tab shows, how it is filtered and sorted, and what holds of all of it. */
function titleLine(table: KeyTable, model: Model, list: ListSpec | null): string {
  const { theme, texts } = model.settings;
  const tab = tabOf(table, model);
  const left: Piece[] = [piece(` ${texts[tab.title]}`, 'title'), ...tab.headline(model)];
  if (list !== null) {
    const { filter, frozen } = listState(model, list);
    if (filter !== null) left.push(piece(`  ${texts.filter}: `, 'faint'), piece(filter.text, 'found'));
    if (frozen !== null) left.push(piece(`  ${texts.frozen}`, 'mark'));
  }
  const right: Piece[] = [];
  if (model.held !== null) right.push(piece(` ${texts.paused} `, 'found'));
  if (model.machine.limits.length > 0)
    right.push(piece(` ${fill(texts.limited, { count: model.machine.limits.length })} `, 'notice'));
  return twoSided(theme, left, right, model.width);
}

/** What is known of the selected row, in the lines under the tab. */
function stripLines(model: Model, list: ListSpec | null): readonly string[] {
  if (list === null) return [];
  const { theme } = model.settings;
  const arranged = arrange(model, list);
  const entry = arranged.entries[selectedIndex(listState(model, list).selection, arranged)];
  if (entry === undefined) return [];
  return list.detail(entry.row, model).map((pieces) => line(theme, pieces, model.width));
}

/** The keys of the tab, then those of every tab; while something is typed, that, and what is wrong with it. */
function footerLines(table: KeyTable, model: Model): readonly string[] {
  const { theme } = model.settings;
  const { width, notice } = model;
  if (model.prompt !== null) return promptLines(model);
  const tab = tabOf(table, model);
  const first =
    notice === null
      ? keysLine(model, tab.modeKeys?.(model) ?? tab.keys, [])
      : line(theme, [piece(` ${notice.text}`, notice.isWrong ? 'bad' : 'found')], width);
  return [first, keysLine(model, table.everywhere, table.lists)];
}

function keysLine(model: Model, own: readonly Binding[], lists: readonly Binding[]): string {
  const { theme, texts } = model.settings;
  const shown = [...own, ...lists]
    .filter(({ footer }) => footer !== null)
    .sort((a, b) => a.footer! - b.footer!)
    .map(({ shown: key, label }): readonly Piece[] => [piece(key, 'key'), piece(` ${texts[label]}`)]);
  // where the words do not all fit, the last ones lose theirs
  const pieces = fitKeys(shown, model.width - 1);
  return line(theme, [piece(' '), ...pieces], model.width);
}

function fitKeys(keys: readonly (readonly Piece[])[], width: number): readonly Piece[] {
  const gap = piece('  ');
  const joined = (words: number): readonly Piece[] =>
    keys.flatMap((one, index) => [...(index === 0 ? [] : [gap]), ...(index < words ? one : one.slice(0, 1))]);
  for (let words = keys.length; words > 0; words--) if (widthOfPieces(joined(words)) <= width) return joined(words);
  return joined(0);
}

function promptLines(model: Model): readonly string[] {
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
