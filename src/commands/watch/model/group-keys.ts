import { selectedIndex } from '../../../core/screen/selection.ts';
import { arrange, listState, withList } from './arranged.ts';
import type { Binding } from './binding.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import { onList } from './on-list.ts';

/** The keys of lists whose rows can be grouped. */
export const GROUP_KEYS: readonly Binding[] = [
  {
    keys: ['v'],
    shown: 'v',
    label: 'keyGroup',
    help: 'helpGroup',
    footer: null,
    extra: 3,
    serves: ({ groupings }) => Object.keys(groupings).length > 0,
    act: onList(groupByNext),
  },
  {
    keys: ['space', 'z'],
    shown: 'Space',
    label: 'keyFold',
    help: 'helpFold',
    footer: null,
    extra: 4,
    serves: (_list, { grouping }) => grouping !== null,
    act: onList(foldOne),
  },
  {
    keys: ['Z'],
    shown: 'Z',
    label: 'keyFoldAll',
    help: 'helpFoldAll',
    footer: null,
    extra: 5,
    serves: (_list, { grouping }) => grouping !== null,
    act: onList(foldAll),
  },
];

function groupByNext(model: Model, list: ListSpec): Model {
  const names = Object.keys(list.groupings);
  if (names.length === 0) return notify(model, 'noticeNoGroups', {}, true);
  const state = listState(model, list);
  const next = state.grouping === null ? 0 : names.indexOf(state.grouping) + 1;
  const grouping = names[next] ?? null;
  const selection = { ...state.selection, id: selectedRowId(model, list) };
  const unfolded = { foldsGroups: false, unlike: new Set<string>() };
  const grouped = withList(model, list, { ...state, ...unfolded, selection, grouping, frozen: null });
  return grouping === null ? notify(grouped, 'noticeUngrouped') : notify(grouped, 'noticeGrouped', { field: grouping });
}

/** The identity of the selected row, or of the first of the selected group; null for the first line. */
function selectedRowId(model: Model, list: ListSpec): string | null {
  const { selection, grouping } = listState(model, list);
  if (selection.id === null || grouping === null) return selection.id;
  const arranged = arrange(model, list);
  const entry = arranged.entries[selectedIndex(selection, arranged)];
  if (entry === undefined || entry.size === null) return entry?.id ?? null;
  const { of } = list.groupings[grouping]!;
  const name = of(entry.row);
  const first = list.rows(model).find((row) => of(row) === name);
  return first === undefined ? null : list.identify(first);
}

function foldOne(model: Model, list: ListSpec): Model {
  const state = listState(model, list);
  const arranged = arrange(model, list);
  // a row folds the group that it is in
  let index = selectedIndex(state.selection, arranged);
  while (index > 0 && arranged.entries[index]?.size === null) index--;
  const entry = arranged.entries[index];
  if (entry === undefined || entry.size === null) return notify(model, whyNotFolded(list), {}, true);
  const unlike = new Set(state.unlike);
  if (!unlike.delete(entry.id)) unlike.add(entry.id);
  return withList(model, list, { ...state, unlike, selection: { ...state.selection, id: entry.id, index } });
}

/** Folds all groups, those that come later too; unfolds all when all are folded. The group of the selected row is selected. */
function foldAll(model: Model, list: ListSpec): Model {
  const state = listState(model, list);
  if (state.grouping === null) return notify(model, whyNotFolded(list), {}, true);
  const arranged = arrange(model, list);
  const foldsGroups = arranged.entries.some(({ size, isFolded }) => size !== null && !isFolded);
  let index = selectedIndex(state.selection, arranged);
  while (index > 0 && arranged.entries[index]?.size === null) index--;
  const selection = { ...state.selection, id: arranged.entries[index]?.id ?? null, index };
  return withList(model, list, { ...state, foldsGroups, unlike: new Set(), selection });
}

const whyNotFolded = ({ groupings }: ListSpec): 'noticeNoGroups' | 'noticeNotGrouped' =>
  Object.keys(groupings).length === 0 ? 'noticeNoGroups' : 'noticeNotGrouped';
