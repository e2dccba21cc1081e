import { settled } from '../../../core/screen/selection.ts';
import { arrange, listState, withList } from './arranged.ts';
import { placeOf } from './key-table.ts';
import type { Model } from './model.ts';
import type { Tab } from './tab.ts';

/** The model with what is selected on its tab as it is shown: done before the rows change, so that it is found again. */
export function settle(tabs: readonly Tab[], model: Model): Model {
  const tab = tabs.find(({ name }) => name === model.tab)!;
  return tab.lists.reduce((next, list) => {
    const state = listState(next, list);
    if (state.selection.id === null) return next;
    const height = placeOf(tab, list, next)?.height ?? 0;
    return withList(next, list, { ...state, selection: settled(state.selection, arrange(next, list), height) });
  }, model);
}
