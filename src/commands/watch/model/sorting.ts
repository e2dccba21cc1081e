import { listState, withList } from './arranged.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';

/** How the rows of a list are sorted. */
export const sortOf = (model: Model, list: ListSpec): ListSpec['usualSort'] => {
  const { sort } = listState(model, list);
  return sort === null ? list.usualSort : [sort];
};

/** Sorts by a field: amounts the greatest first, and what has a rank the highest. */
export function sortBy(model: Model, list: ListSpec, field: string, descending: boolean): Model {
  const state = listState(model, list);
  return notify(withList(model, list, { ...state, sort: { field, descending }, frozen: null }), 'noticeSorted', {
    field: `${field} ${descending ? model.settings.theme.glyphs.sorted[1] : model.settings.theme.glyphs.sorted[0]}`,
  });
}

/** Sorts by the chosen column, else by the one behind that which the rows are sorted by. */
export function sortByNext(model: Model, list: ListSpec): Model {
  const { hidden, column } = listState(model, list);
  const fields = list.fields(model).filter((field) => !hidden.has(field));
  const [first] = sortOf(model, list);
  if (column !== null && column !== first?.field) return sortBy(model, list, column, isDescending(list, column));
  const field = fields[(fields.indexOf(first?.field ?? '') + 1) % fields.length];
  if (field === undefined) return notify(model, 'noticeNoColumns', {}, true);
  const sorted = sortBy(model, list, field, isDescending(list, field));
  return column === null ? sorted : withList(sorted, list, { ...listState(sorted, list), column: field });
}

/** Whether the greatest values of a field are what one looks for. */
export function isDescending({ table }: ListSpec, field: string): boolean {
  const { kind, ranked } = table.fields[field] ?? {};
  return (
    ranked === true ||
    (kind !== undefined &&
      ['count', 'bytes', 'byte_rate', 'packet_rate', 'millis', 'seconds', 'percent', 'number'].includes(kind))
  );
}
