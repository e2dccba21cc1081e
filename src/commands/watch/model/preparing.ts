import { selectedIndex } from '../../../core/screen/selection.ts';
import { arrange, listState } from './arranged.ts';
import { columnsWidth, type KeyTable, placeOf, tabOf } from './key-table.ts';
import { placedColumns } from './list-columns.ts';
import type { Machine } from './machine.ts';
import type { Model } from './model.ts';

/**
 * Works out what the first frame of a look needs of all its rows, before it is shown: their order, and how wide columns are. The
 * frame finds it known. A key that comes meanwhile waits for a step, and not for all of them.
 */
export function* preparing(table: KeyTable, before: Model, machine: Machine): Generator<void, void> {
  // what is paused is not painted anew
  if (before.held !== null) return;
  const model = { ...before, machine };
  const tab = tabOf(table, model);
  if (tab.preparing !== undefined) yield* tab.preparing(model);
  for (const list of tab.lists) {
    list.rows(model);
    yield;
    const arranged = arrange(model, list);
    yield;
    selectedIndex(listState(model, list).selection, arranged);
    yield;
    const width = columnsWidth(placeOf(tab, list, model));
    if (width > 0) placedColumns(model, list, width);
    yield;
  }
}
