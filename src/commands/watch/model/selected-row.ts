import type { AnyRow } from '../../../core/record/table.ts';
import { selectedIndex } from '../../../core/screen/selection.ts';
import { arrange, listState } from './arranged.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';

/** The selected row of a list, or the totals of a group; null in an empty list. */
export function selectedRow(model: Model, list: ListSpec): AnyRow | null {
  const arranged = arrange(model, list);
  return arranged.entries[selectedIndex(listState(model, list).selection, arranged)]?.row ?? null;
}
