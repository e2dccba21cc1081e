import type { Binding } from './binding.ts';
import { frameOf } from './frame-layout.ts';
import type { ListPlace, ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import type { Tab } from './tab.ts';

/** The tabs, and all keys that do something, those first that come first. */
export interface KeyTable {
  readonly tabs: readonly Tab[];
  readonly lists: readonly Binding[];
  readonly everywhere: readonly Binding[];
}

export const tabOf = ({ tabs }: KeyTable, { tab }: Model): Tab => tabs.find(({ name }) => name === tab)!;

/** The list with the focus, and where it is. */
export function focusedList(
  table: KeyTable,
  model: Model,
): { readonly list: ListSpec | null; readonly place: ListPlace | null } {
  const tab = tabOf(table, model);
  const list = tab.lists[model.focus[model.tab] ?? 0] ?? null;
  return { list, place: list === null ? null : placeOf(tab, list, model) };
}

/** Where a list of the tab is; null while it is not shown. */
export function placeOf(tab: Tab, list: ListSpec, model: Model): ListPlace | null {
  const { body } = frameOf(model);
  return tab.place(list, model, body.width, body.height);
}

/** How wide the columns of a list may be together; 0 where it has none. */
export const columnsWidth = (place: ListPlace | null): number =>
  place === null || place.hasHeadings === false ? 0 : place.width;
