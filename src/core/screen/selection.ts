import type { Arrangement } from './arrangement.ts';

/** What is selected in a list, and what of the list is shown. */
export interface Selection {
  /** The identity of the selected line; null for the first. */
  readonly id: string | null;
  /** Where it was when it was last seen: should it vanish, the one that took its place is selected. */
  readonly index: number;
  /** The first line that was shown last; `shownTop` tells which is shown now. */
  readonly top: number;
}

export const FIRST: Selection = { id: null, index: 0, top: 0 };

/** Where the selected line is now; -1 in an empty list. */
export function selectedIndex({ id, index }: Selection, list: Arrangement): number {
  const found = list.indexOf(id);
  if (found >= 0) return found;
  return Math.min(id === null ? 0 : index, list.entries.length - 1);
}

/** The first line that is shown: that of the look before, moved no more than is needed to show what is selected. */
export const shownTop = (selection: Selection, list: Arrangement, height: number): number =>
  topFor(selection.top, selectedIndex(selection, list), list.entries.length, height);

/** The selection as this arrangement shows it. The next one then finds the same line, or the place where it was. */
export function settled(selection: Selection, list: Arrangement, height: number): Selection {
  if (selection.id === null || list.entries.length === 0) return selection;
  const index = selectedIndex(selection, list);
  return { id: list.entries[index]!.id, index, top: shownTop(selection, list, height) };
}

/** Selects the line at an index, and moves what is shown no more than is needed to show it. */
export function selectIndex(selection: Selection, list: Arrangement, wanted: number, height: number): Selection {
  const index = Math.max(0, Math.min(wanted, list.entries.length - 1));
  const { id } = list.entries[index] ?? { id: null };
  return { id, index, top: topFor(shownTop(selection, list, height), index, list.entries.length, height) };
}

/** Moves by so many lines. */
export const selectBy = (selection: Selection, list: Arrangement, lines: number, height: number): Selection =>
  selectIndex(selection, list, Math.max(0, selectedIndex(selection, list)) + lines, height);

/** Shows other lines; the selected one stays selected while it is shown. */
export function scrollBy(selection: Selection, list: Arrangement, lines: number, height: number): Selection {
  const count = list.entries.length;
  const top = Math.max(0, Math.min(shownTop(selection, list, height) + lines, count - height));
  const index = selectedIndex(selection, list);
  const shown = Math.max(top, Math.min(index, top + height - 1));
  return { ...selectIndex(selection, list, shown, height), top };
}

/** The first line to show so that `index` is shown, near `top`. */
export function topFor(top: number, index: number, count: number, height: number): number {
  const room = Math.max(1, height);
  const near = index < top ? index : index >= top + room ? index - room + 1 : top;
  return Math.max(0, Math.min(near, count - room));
}
