import type { AnyRow } from '../../../core/record/table.ts';
import { Arrangement, type Grouping } from '../../../core/screen/arrangement.ts';
import type { ListSpec } from './list-spec.ts';
import { type ListState, UNTOUCHED } from './list-state.ts';
import type { Model } from './model.ts';

export const listState = (model: Model, { name }: ListSpec): ListState => model.lists[name] ?? UNTOUCHED;

export const withList = (model: Model, { name }: ListSpec, state: ListState): Model => ({
  ...model,
  lists: { ...model.lists, [name]: state },
});

/** The last arrangement of each list of rows: a frame that only scrolls must not sort 10,000 rows again (7 ms). */
const arranged = new WeakMap<
  readonly AnyRow[],
  Map<string, { readonly state: ListState; readonly list: Arrangement }>
>();

/** The lines of a list as they are shown. The same rows and the same wishes give the same object. */
export function arrange(model: Model, spec: ListSpec): Arrangement {
  const rows = spec.rows(model);
  const state = listState(model, spec);
  let known = arranged.get(rows);
  if (known === undefined) {
    known = new Map();
    arranged.set(rows, known);
  }
  const last = known.get(spec.name);
  if (last !== undefined && isSameOrder(last.state, state)) return last.list;
  if (state.filter !== null) state.filter.moment.now = model.now;
  const list = new Arrangement(rows, {
    table: spec.table,
    identify: spec.identify,
    keep: state.filter === null ? null : (row) => state.filter!.predicate.matches(row),
    sort: state.sort === null ? spec.usualSort : [state.sort],
    grouping: groupingOf(model, spec, state),
    isFolded: (id) => isFolded(state, id),
    frozen: state.frozen,
  });
  known.set(spec.name, { state, list });
  return list;
}

/** Whether a group is folded, by its identity. */
const isFolded = ({ foldsGroups, unlike }: ListState, id: string): boolean => foldsGroups !== unlike.has(id);

function groupingOf(model: Model, spec: ListSpec, state: ListState): Grouping | null {
  const { grouping: field } = state;
  const grouping = field === null ? undefined : spec.groupings[field];
  if (field === null || grouping === undefined) return null;
  return { field, of: grouping.of, total: (name, rows) => grouping.total(name, rows, model) };
}

const isSameOrder = (a: ListState, b: ListState): boolean =>
  a.sort === b.sort &&
  a.filter === b.filter &&
  a.grouping === b.grouping &&
  a.foldsGroups === b.foldsGroups &&
  a.unlike === b.unlike &&
  a.frozen === b.frozen;
