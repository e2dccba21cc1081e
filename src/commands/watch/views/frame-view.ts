import { safeText } from '../../../core/output/safe-text.ts';
import { widthOf, wrap } from '../../../core/output/text-width.ts';
import { beside, cell, exactly, line, type Piece, piece, twoSided, widthOfPieces } from '../../../core/screen/cells.ts';
import { withCharacters } from '../../../core/screen/characters.ts';
import { selectedIndex } from '../../../core/screen/selection.ts';
import { paint, type Theme } from '../../../core/screen/theme.ts';
import { arrange, listState } from '../model/arranged.ts';
import { frameOf, LEAST_HEIGHT, LEAST_WIDTH } from '../model/frame-layout.ts';
import { columnsWidth, focusedList, type KeyTable, tabOf } from '../model/key-table.ts';
import { hiddenColumns } from '../model/list-columns.ts';
import type { ListPlace, ListSpec } from '../model/list-spec.ts';
import type { Machine } from '../model/machine.ts';
import type { Model } from '../model/model.ts';
import type { Replay } from '../model/replay.ts';
import { selectedRow } from '../model/selected-row.ts';
import type { Tab } from '../model/tab.ts';
import { fill } from '../texts/fill.ts';
import { detailLines } from './details-view.ts';
import { footerLines } from './footer-view.ts';
import { popupView } from './popup-view.ts';

/** The whole screen: `model.height` lines of `model.width` columns, in characters that the terminal can show. */
export function frameView(table: KeyTable, model: Model): readonly string[] {
  const { characters } = model.settings;
  const lines = wholeFrame(table, model);
  return characters === 'all' ? lines : lines.map((text) => withCharacters(text, characters));
}

function wholeFrame(table: KeyTable, model: Model): readonly string[] {
  const { width, height } = model;
  if (width < LEAST_WIDTH || height < LEAST_HEIGHT) return tooSmall(model);
  const frame = frameOf(model);
  const tab = tabOf(table, model);
  const { list, place } = focusedList(table, model);
  return [
    tabLine(table, model),
    titleLine(table, model, list, place),
    ...exactly(bodyLines(table, model, tab, list), width, frame.body.height + frame.strip.height),
    ...footerLines(table, model, list),
  ];
}

/** The tab, or what lies over it, and what is known of the selected row below; tables lie over that, too. */
function bodyLines(table: KeyTable, model: Model, tab: Tab, list: ListSpec | null): readonly string[] {
  const { body, strip } = frameOf(model);
  if (model.popup?.kind === 'tables') return popupView(table, model, body.height + strip.height);
  const covered = model.popup === null ? tabView(model, tab, list) : popupView(table, model, body.height);
  return [
    ...exactly(covered, model.width, body.height),
    ...exactly(stripLines(model, list), model.width, strip.height),
  ];
}

/** The tab, and beside it the details of the selected row where these are wanted. */
function tabView(model: Model, tab: Tab, list: ListSpec | null): readonly string[] {
  const { body, beside: room } = frameOf(model);
  const view = tab.view(model, body.width, body.height);
  if (room === 0) return view;
  const { theme } = model.settings;
  const edge = paint(theme, 'frame', theme.glyphs.vertical);
  const row = list === null ? null : selectedRow(model, list);
  const details = list === null || row === null ? [] : detailLines(model, list, row, room - 1);
  return beside(
    exactly(view, body.width, body.height),
    exactly(
      details.slice(0, body.height).map((pieces) => line(theme, pieces, room - 1)),
      room - 1,
      body.height,
    ).map((text) => edge + text),
  );
}

function tooSmall(model: Model): readonly string[] {
  const { theme, texts } = model.settings;
  const text = fill(texts.terminalTooSmall, { width: LEAST_WIDTH, height: LEAST_HEIGHT });
  const lines = wrap(text, model.width).map((part) => line(theme, [piece(part)], model.width));
  return exactly(lines, model.width, model.height);
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
function titleLine(table: KeyTable, model: Model, list: ListSpec | null, place: ListPlace | null): string {
  const { theme, texts } = model.settings;
  const tab = tabOf(table, model);
  const left: Piece[] = [piece(` ${texts[tab.title]}`, 'title')];
  if (list !== null) {
    const { filter, frozen } = listState(model, list);
    const longest = Math.floor(model.width / 2);
    if (filter !== null)
      left.push(piece(`  ${texts.filter}: `, 'faint'), piece(shortened(filter.text, longest, theme), 'found'));
    if (frozen !== null) left.push(piece(`  ${texts.frozen}`, 'mark'));
  }
  left.push(...tab.headline(model));
  const replayed = model.replay === null ? [] : replayPieces(model, model.replay);
  const lite = model.settings.isLite ? [piece(` ${texts.lite} `, 'faint')] : [];
  const paused = model.held === null ? [] : [piece(` ${pausedText(model, model.held)} `, 'found')];
  // what is shown at all is said before what is left of the title
  const essential = [...replayed, ...paused];
  const limits = model.machine.limits.length;
  const limited = limits === 0 ? [] : [piece(` ${fill(texts.limited, { count: limits })} `, 'notice')];
  const width = columnsWidth(place);
  const count = list === null || width === 0 ? 0 : hiddenColumns(model, list, width);
  const text = count === 1 ? texts.columnHidden : fill(texts.columnsHidden, { count });
  const hidden = count === 0 ? [] : [piece(` ${text} `, 'faint')];
  const used = widthOfPieces(left);
  const fits = (pieces: readonly Piece[]): boolean => used + 1 + widthOfPieces(pieces) <= model.width;
  const right =
    [
      [...essential, ...lite, ...hidden, ...limited],
      [...essential, ...limited],
    ].find(fits) ?? essential;
  if (right !== essential || right.length === 0) return twoSided(theme, left, right, model.width);
  const kept = Math.min(model.width, widthOfPieces(essential));
  return line(theme, left, model.width - kept) + line(theme, essential, kept);
}

/** That it is paused, and since when, or at which look. */
function pausedText({ machine, settings: { texts } }: Model, held: Machine): string {
  if (machine.at === null || held.at === null) return texts.paused;
  const seconds = Math.round((Date.parse(held.at.time) - Date.parse(machine.at.time)) / 1000);
  return seconds <= 0 ? texts.paused : fill(texts.pausedAt, { time: machine.at.time.slice(11, 19), seconds });
}

const shortened = (text: string, longest: number, theme: Theme): string =>
  widthOf(safeText(text)) > longest ? cell(text, longest, 'left', theme.glyphs.ellipsis) : text;

/** Which capture is shown, how much of it was read, and at which pace. */
function replayPieces({ settings: { texts, numerals } }: Model, replay: Replay): readonly Piece[] {
  const { name, packets, pace, isStopped, isEnded } = replay;
  const state = isEnded ? texts.replayEnd : isStopped ? texts.replayStopped : pace === 'end' ? '…' : `${pace}×`;
  return [
    piece(` ${name} `, 'strong'),
    piece(`${fill(texts.packetsCounted, { count: numerals(packets, 0) })} `, 'faint'),
    piece(`${state} `, 'mark'),
  ];
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
