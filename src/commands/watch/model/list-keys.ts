import { shellWord } from '../../../core/output/shell-word.ts';
import { visibleFields } from '../../../core/record/select-fields.ts';
import { scrollBy, selectBy, selectedIndex, selectIndex } from '../../../core/screen/selection.ts';
import { type Step, step } from './action.ts';
import { arrange, listState, withList } from './arranged.ts';
import type { Binding, KeyPlace } from './binding.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListState } from './list-state.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import { beginFilter } from './prompt.ts';

/** Wraps what a key does to the list with the focus; without a list it says so. */
const onList =
  (act: (model: Model, list: ListSpec, at: KeyPlace) => Model | Step): Binding['act'] =>
  (model, at) => {
    if (at.list === null) return step(notify(model, 'noticeNoList', { what: at.key }, true));
    const done = act(model, at.list, at);
    return 'effects' in done ? done : step(done);
  };

/** The same where only what is selected changes. */
const onSelection = (
  change: (state: ListState, model: Model, list: ListSpec, at: KeyPlace) => ListState['selection'],
) =>
  onList((model, list, at) => {
    const state = listState(model, list);
    return withList(model, list, { ...state, selection: change(state, model, list, at) });
  });

const move = (lines: (height: number) => number): Binding['act'] =>
  onSelection(({ selection }, model, list, { height }) =>
    selectBy(selection, arrange(model, list), lines(height), height),
  );

/** Moves what is selected, or with the wheel what is shown. */
export const scrollList = (model: Model, list: ListSpec, lines: number, height: number): Model => {
  const state = listState(model, list);
  return withList(model, list, { ...state, selection: scrollBy(state.selection, arrange(model, list), lines, height) });
};

/** The keys of every list. */
export const LIST_KEYS: readonly Binding[] = [
  {
    keys: ['up', 'k'],
    shown: '↑↓',
    label: 'keyMove',
    help: 'helpMove',
    footer: 3,
    act: move(() => -1),
  },
  { keys: ['down', 'j'], shown: '', label: 'keyMove', help: 'helpMove', footer: null, act: move(() => 1) },
  {
    keys: ['pageup', 'ctrl+b'],
    shown: 'PgUp PgDn',
    label: 'keyMove',
    help: 'helpPage',
    footer: null,
    act: move((height) => -Math.max(1, height - 1)),
  },
  {
    keys: ['pagedown', 'ctrl+f'],
    shown: '',
    label: 'keyMove',
    help: 'helpPage',
    footer: null,
    act: move((height) => Math.max(1, height - 1)),
  },
  {
    keys: ['home'],
    shown: 'Home End G',
    label: 'keyMove',
    help: 'helpEnds',
    footer: null,
    act: move(() => Number.NEGATIVE_INFINITY),
  },
  {
    keys: ['end', 'G'],
    shown: '',
    label: 'keyMove',
    help: 'helpEnds',
    footer: null,
    act: move(() => Number.MAX_SAFE_INTEGER),
  },
  {
    keys: ['s'],
    shown: 's',
    label: 'keySort',
    help: 'helpSort',
    footer: 4,
    act: onList((model, list) => sortByNext(model, list)),
  },
  {
    keys: ['o'],
    shown: 'o',
    label: 'keyReverse',
    help: 'helpReverse',
    footer: null,
    act: onList((model, list) => {
      const [first] = sortOf(model, list);
      return first === undefined ? model : sortBy(model, list, first.field, !first.descending);
    }),
  },
  {
    keys: ['/'],
    shown: '/',
    label: 'keyFilter',
    help: 'helpFilter',
    footer: 5,
    act: onList(beginFilter),
  },
  {
    keys: ['f'],
    shown: 'f',
    label: 'keyFreeze',
    help: 'helpFreeze',
    footer: null,
    act: onList((model, list) => {
      const state = listState(model, list);
      const frozen = state.frozen === null ? arrange(model, list).entries.map(({ id }) => id) : null;
      return notify(withList(model, list, { ...state, frozen }), frozen === null ? 'noticeThawed' : 'noticeFrozen');
    }),
  },
  {
    keys: ['v'],
    shown: 'v',
    label: 'keyGroup',
    help: 'helpGroup',
    footer: null,
    act: onList((model, list) => {
      const names = Object.keys(list.groupings);
      if (names.length === 0) return notify(model, 'noticeNoList', { what: 'v' }, true);
      const state = listState(model, list);
      const next = state.grouping === null ? 0 : names.indexOf(state.grouping) + 1;
      const grouping = names[next] ?? null;
      const grouped = withList(model, list, { ...state, grouping, folded: new Set(), frozen: null });
      return grouping === null
        ? notify(grouped, 'noticeUngrouped')
        : notify(grouped, 'noticeGrouped', { field: grouping });
    }),
  },
  {
    keys: ['space', 'z'],
    shown: 'Space',
    label: 'keyFold',
    help: 'helpFold',
    footer: null,
    act: onList((model, list) => {
      const state = listState(model, list);
      const arranged = arrange(model, list);
      // a row folds the group that it is in
      let index = selectedIndex(state.selection, arranged);
      while (index > 0 && arranged.entries[index]?.size === null) index--;
      const entry = arranged.entries[index];
      if (entry === undefined || entry.size === null) return notify(model, 'noticeNoList', { what: 'Space' }, true);
      const folded = new Set(state.folded);
      if (!folded.delete(entry.id)) folded.add(entry.id);
      return withList(model, list, { ...state, folded, selection: { ...state.selection, id: entry.id, index } });
    }),
  },
  {
    keys: ['c'],
    shown: 'c C',
    label: 'keyColumn',
    help: 'helpHideColumn',
    footer: null,
    act: onList((model, list) => {
      const state = listState(model, list);
      const [first] = sortOf(model, list);
      if (first === undefined) return model;
      return notify(
        withList(model, list, { ...state, hidden: new Set([...state.hidden, first.field]) }),
        'noticeHidden',
        {
          field: first.field,
        },
      );
    }),
  },
  {
    keys: ['C'],
    shown: '',
    label: 'keyColumn',
    help: 'helpShowColumns',
    footer: null,
    act: onList((model, list) =>
      notify(
        withList(model, list, { ...listState(model, list), hidden: new Set(), widths: new Map() }),
        'noticeAllColumns',
      ),
    ),
  },
  {
    keys: ['i'],
    shown: 'i',
    label: 'keyDetails',
    help: 'helpDetails',
    footer: null,
    act: onList((model, list) => {
      if (arrange(model, list).entries.length === 0) return notify(model, 'noticeNothingSelected', {}, true);
      return { ...model, popup: { kind: 'details', top: 0 } };
    }),
  },
  {
    keys: ['y'],
    shown: 'y',
    label: 'keyCopy',
    help: 'helpCopy',
    footer: null,
    act: onList((model, list) => {
      const text = commandOf(model, list);
      return step(notify(model, 'noticeCopied', { text }), { type: 'copy', text });
    }),
  },
];

const sortOf = (model: Model, list: ListSpec): ListSpec['usualSort'] => {
  const { sort } = listState(model, list);
  return sort === null ? list.usualSort : [sort];
};

/** Sorts by a field: numbers the greatest first. */
export function sortBy(model: Model, list: ListSpec, field: string, descending: boolean): Model {
  const state = listState(model, list);
  return notify(withList(model, list, { ...state, sort: { field, descending }, frozen: null }), 'noticeSorted', {
    field: `${field} ${descending ? model.settings.theme.glyphs.sorted[1] : model.settings.theme.glyphs.sorted[0]}`,
  });
}

function sortByNext(model: Model, list: ListSpec): Model {
  const { hidden } = listState(model, list);
  const fields = list.fields(model).filter((field) => !hidden.has(field));
  const [first] = sortOf(model, list);
  const field = fields[(fields.indexOf(first?.field ?? '') + 1) % fields.length];
  return field === undefined ? model : sortBy(model, list, field, isDescending(list, field));
}

/** Whether the greatest values of a field are what one looks for. */
export function isDescending({ table }: ListSpec, field: string): boolean {
  const kind = table.fields[field]?.kind;
  return (
    kind !== undefined &&
    ['count', 'bytes', 'byte_rate', 'packet_rate', 'millis', 'seconds', 'percent', 'number'].includes(kind)
  );
}

/** Selects the line at an index of the list. */
export const selectAt = (model: Model, list: ListSpec, index: number, height: number): Model => {
  const state = listState(model, list);
  return withList(model, list, {
    ...state,
    selection: selectIndex(state.selection, arrange(model, list), index, height),
  });
};

/** The netwatch command that prints the rows of a list as they are filtered, sorted and shown. */
export function commandOf(model: Model, list: ListSpec): string {
  const state = listState(model, list);
  const words = ['netwatch', ...list.command(model)];
  const fields = list.fields(model).filter((field) => !state.hidden.has(field));
  if (fields.join() !== visibleFields(list.table, false).join()) words.push('--fields', fields.join(','));
  if (state.filter !== null) words.push('--filter', state.filter.text);
  const sort = sortOf(model, list).map(({ field, descending }) => `${field}:${descending ? 'desc' : 'asc'}`);
  if (sort.length > 0) words.push('--sort', sort.join(','));
  return words.map(shellWord).join(' ');
}
