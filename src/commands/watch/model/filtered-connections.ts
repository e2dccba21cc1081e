import { FIRST } from '../../../core/screen/selection.ts';
import { listState, withList } from './arranged.ts';
import { goTo } from './global-keys.ts';
import type { ListSpec } from './list-spec.ts';
import { listFilter } from './list-state.ts';
import type { Model } from './model.ts';

/** The tab of connections, with those of one address alone. */
export function filteredConnections(model: Model, list: ListSpec, address: string): Model {
  const text = `remote_addr == ${address} or local_addr == ${address}`;
  const filter = listFilter(text, list.table);
  return goTo(withList(model, list, { ...listState(model, list), filter, selection: FIRST }), 'connections');
}
