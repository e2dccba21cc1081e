import { line, type Piece, piece, widthOfPieces } from '../../../core/screen/cells.ts';
import { listState } from '../model/arranged.ts';
import type { Binding } from '../model/binding.ts';
import { type KeyTable, tabOf } from '../model/key-table.ts';
import type { ListSpec } from '../model/list-spec.ts';
import type { Model } from '../model/model.ts';
import type { TextName } from '../texts/en.ts';
import { promptLines } from './prompt-view.ts';

/** A key of the footer, and what it does. */
type KeyPieces = readonly [key: Piece, word: Piece];

/** The keys of what is shown, then those of every tab; while something is typed, that, and what is wrong with it. */
export function footerLines(table: KeyTable, model: Model, list: ListSpec | null): readonly string[] {
  if (model.prompt !== null) return promptLines(model, list);
  const everywhere = [...table.everywhere, ...table.lists]
    .filter(({ footer }) => footer !== null)
    .sort((a, b) => a.footer! - b.footer!)
    .map(({ shown, label }) => keyPieces(model, shown, label));
  return [ownLine(model, ownKeys(table, model, list)), keysLine(model, [], everywhere)];
}

/** What answered the last input, and the keys of what is shown, as far as there is room for them beside it. */
function ownLine(model: Model, keys: readonly KeyPieces[]): string {
  const { notice } = model;
  if (notice === null) return keysLine(model, [], keys);
  return keysLine(model, [piece(` ${notice.text} `, notice.isWrong ? 'bad' : 'found')], keys);
}

/** Those of a popup; else those of the tab, then those that do something to the list with the focus. */
function ownKeys(table: KeyTable, model: Model, list: ListSpec | null): readonly KeyPieces[] {
  if (model.popup !== null) return POPUP_KEYS.map(([shown, label]) => keyPieces(model, shown, label));
  const tab = tabOf(table, model);
  const own = [...(tab.modeKeys?.(model) ?? tab.keys)]
    .filter(({ footer }) => footer !== null)
    .sort((a, b) => a.footer! - b.footer!);
  const isUseful = ({ extra, serves, keys }: Binding): boolean =>
    extra !== undefined &&
    list !== null &&
    (serves?.(list, listState(model, list)) ?? true) &&
    !own.some((other) => other.keys.some((key) => keys.includes(key)));
  const more = tab.modeKeys?.(model) == null ? table.lists.filter(isUseful) : [];
  return [...own, ...more.sort((a, b) => a.extra! - b.extra!)].map(({ shown, label }) =>
    keyPieces(model, shown, label),
  );
}

const POPUP_KEYS: readonly (readonly [string, TextName])[] = [
  ['↑↓ PgUp PgDn Home End', 'keyScroll'],
  ['Esc', 'keyClose'],
];

const keyPieces = ({ settings: { texts } }: Model, key: string, label: TextName): KeyPieces => [
  piece(key, 'key'),
  piece(` ${texts[label]}`),
];

function keysLine({ settings, width }: Model, before: readonly Piece[], keys: readonly KeyPieces[]): string {
  const room = Math.max(0, width - 1 - widthOfPieces(before));
  return line(settings.theme, [...before, piece(' '), ...fitKeys(keys, room)], width);
}

/** Where not all fits, the last keys lose their words, then all stand closer, then the last ones go. */
function fitKeys(keys: readonly KeyPieces[], width: number): readonly Piece[] {
  const joined = (count: number, words: number, gap: string): readonly Piece[] =>
    keys
      .slice(0, count)
      .flatMap((one, index) => [...(index === 0 ? [] : [piece(gap)]), ...(index < words ? one : one.slice(0, 1))]);
  const fits = (pieces: readonly Piece[]): boolean => widthOfPieces(pieces) <= width;
  for (let words = keys.length; words > 0; words--) {
    const pieces = joined(keys.length, words, '  ');
    if (fits(pieces)) return pieces;
  }
  for (let count = keys.length; count > 0; count--) {
    const pieces = joined(count, 0, ' ');
    if (fits(pieces)) return pieces;
  }
  return [];
}
