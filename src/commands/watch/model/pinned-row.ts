import type { Arrangement } from '../../../core/screen/arrangement.ts';
import { selectedIndex } from '../../../core/screen/selection.ts';
import { arrange, listState } from './arranged.ts';
import { focusedList, type KeyTable } from './key-table.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model, PinnedRow } from './model.ts';

/** The selected row as a popup keeps it; null in an empty list. */
export function pin(model: Model, list: ListSpec): PinnedRow | null {
  const arranged = arrange(model, list);
  const entry = arranged.entries[selectedIndex(listState(model, list).selection, arranged)];
  if (entry === undefined) return null;
  const { id, row } = entry;
  return { id, row, isGone: list.isOver?.(row, model) ?? false };
}

/** The model whose popup shows its row as it is now. A row that went stays as it was last, and another never takes its place. */
export function followPinned(table: KeyTable, model: Model): Model {
  const { popup } = model;
  if (popup?.kind !== 'details' && popup?.kind !== 'tables') return model;
  const { list } = focusedList(table, model);
  if (list === null) return model;
  const row = rowOf(model, list, popup.pinned.id);
  const isGone = row === null || (list.isOver?.(row, model) ?? false);
  return { ...model, popup: { ...popup, pinned: { ...popup.pinned, row: row ?? popup.pinned.row, isGone } } };
}

/** The row with an identity, whether it passes the filter or not, or the totals of a group; null where it is not there. */
function rowOf(model: Model, list: ListSpec, id: string): PinnedRow['row'] | null {
  const arranged: Arrangement = arrange(model, list);
  const index = arranged.indexOf(id);
  if (index >= 0) return arranged.entries[index]!.row;
  return list.rows(model).find((row) => list.identify(row) === id) ?? null;
}
