import { listState, withList } from './arranged.ts';
import type { Binding, KeyPlace } from './binding.ts';
import { placedColumns } from './list-columns.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import { onList } from './on-list.ts';
import { sortOf } from './sorting.ts';

/** By how much a key makes a column wider, and how narrow and wide it may be. */
const RESIZE = 2;
const NARROWEST = 3;
const WIDEST = 200;

/** The keys of the columns of lists. */
export const COLUMN_KEYS: readonly Binding[] = [
  {
    keys: ['right'],
    shown: '←→',
    label: 'keyColumn',
    help: 'helpColumn',
    footer: null,
    extra: 7,
    act: onList(chooseColumn(1)),
  },
  { keys: ['left'], shown: '', label: 'keyColumn', help: 'helpColumn', footer: null, act: onList(chooseColumn(-1)) },
  { keys: ['+', '='], shown: '+ -', label: 'keyWidth', help: 'helpWidth', footer: null, act: onList(resize(RESIZE)) },
  { keys: ['-'], shown: '', label: 'keyWidth', help: 'helpWidth', footer: null, act: onList(resize(-RESIZE)) },
  { keys: ['c'], shown: 'c', label: 'keyColumn', help: 'helpHideColumn', footer: null, act: onList(hideColumn) },
  {
    keys: ['C'],
    shown: 'C',
    label: 'keyColumn',
    help: 'helpShowColumns',
    footer: null,
    act: onList((model, list) => {
      const all = { hidden: new Set<string>(), widths: new Map<string, number>(), column: null };
      return notify(withList(model, list, { ...listState(model, list), ...all }), 'noticeAllColumns');
    }),
  },
];

const fieldsOf = (model: Model, list: ListSpec): readonly string[] =>
  list.fields(model).filter((field) => !listState(model, list).hidden.has(field));

/** Chooses the next column in a direction: from none the first, or the last. */
function chooseColumn(by: 1 | -1) {
  return (model: Model, list: ListSpec, { width }: KeyPlace): Model => {
    if (width === 0) return notify(model, 'noticeNoColumns', {}, true);
    const state = listState(model, list);
    const fields = fieldsOf(model, list);
    const at = state.column === null ? -1 : fields.indexOf(state.column);
    const column = at < 0 ? fields.at(by === 1 ? 0 : -1) : fields[at + by];
    if (column === undefined) return notify(model, by === 1 ? 'noticeLastColumn' : 'noticeFirstColumn');
    return withList(model, list, { ...state, column });
  };
}

/** The chosen column, else the one that the rows are sorted by; null where that is not shown. */
function columnMeant(model: Model, list: ListSpec): string | null {
  const { column, hidden } = listState(model, list);
  const field = column ?? sortOf(model, list)[0]?.field ?? null;
  return field === null || hidden.has(field) || !list.fields(model).includes(field) ? null : field;
}

function hideColumn(model: Model, list: ListSpec, { width }: KeyPlace): Model {
  if (width === 0) return notify(model, 'noticeNoColumns', {}, true);
  const state = listState(model, list);
  const field = columnMeant(model, list);
  if (field === null) return notify(model, 'noticeChooseColumn', {}, true);
  const fields = fieldsOf(model, list);
  if (fields.length === 1) return notify(model, 'noticeOnlyColumn', {}, true);
  const at = fields.indexOf(field);
  const column = state.column === null ? null : (fields[at + 1] ?? fields[at - 1]!);
  const hidden = new Set([...state.hidden, field]);
  return notify(withList(model, list, { ...state, hidden, column }), 'noticeHidden', { field });
}

function resize(by: number) {
  return (model: Model, list: ListSpec, { width }: KeyPlace): Model => {
    if (width === 0) return notify(model, 'noticeNoColumns', {}, true);
    const field = columnMeant(model, list);
    const placed = placedColumns(model, list, width).find(({ column }) => column.field === field && !column.isBar);
    if (field === null || placed === undefined) return notify(model, 'noticeChooseColumn', {}, true);
    const wanted = Math.max(NARROWEST, Math.min(placed.width + by, Math.min(WIDEST, width - 2)));
    if (wanted === placed.width) return notify(model, by < 0 ? 'noticeNarrowest' : 'noticeWidest', { field }, true);
    const state = listState(model, list);
    return withList(model, list, { ...state, widths: new Map([...state.widths, [field, wanted]]) });
  };
}
