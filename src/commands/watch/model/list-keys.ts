import { scrollBy, selectBy, selectedIndex, selectIndex } from '../../../core/screen/selection.ts';
import { fill } from '../texts/fill.ts';
import { type Step, step } from './action.ts';
import { arrange, listState, withList } from './arranged.ts';
import type { Binding } from './binding.ts';
import { COLUMN_KEYS } from './column-keys.ts';
import { commandOf, printsLess } from './copied-command.ts';
import { copyCommand } from './copy-command.ts';
import { GROUP_KEYS } from './group-keys.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import { onList } from './on-list.ts';
import { pageKeys } from './page-keys.ts';
import { pin } from './pinned-row.ts';
import { beginFilter } from './prompt.ts';
import { sortBy, sortByNext, sortOf } from './sorting.ts';

/** Moves the selection; where it cannot move it says so. */
const move = (lines: (height: number) => number): Binding['act'] =>
  onList((model, list, { height }) => {
    const state = listState(model, list);
    const arranged = arrange(model, list);
    if (arranged.entries.length === 0) return notify(model, 'noticeNoRows', {}, true);
    const wanted = lines(height);
    const selection = selectBy(state.selection, arranged, wanted, height);
    const moved = withList(model, list, { ...state, selection });
    if (selection.index !== selectedIndex(state.selection, arranged)) return moved;
    return notify(moved, wanted < 0 ? 'noticeFirstRow' : 'noticeLastRow');
  });

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
  ...pageKeys(move),
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
    act: onList(sortByNext),
  },
  {
    keys: ['o'],
    shown: 'o',
    label: 'keyReverse',
    help: 'helpReverse',
    footer: null,
    act: onList((model, list) => {
      const [first] = sortOf(model, list);
      return first === undefined
        ? notify(model, 'noticeNotSorted', {}, true)
        : sortBy(model, list, first.field, !first.descending);
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
    extra: 6,
    act: onList((model, list) => {
      const state = listState(model, list);
      const frozen = state.frozen === null ? arrange(model, list).ids : null;
      return notify(withList(model, list, { ...state, frozen }), frozen === null ? 'noticeThawed' : 'noticeFrozen');
    }),
  },
  ...GROUP_KEYS,
  ...COLUMN_KEYS,
  {
    keys: ['i'],
    shown: 'i',
    label: 'keyDetails',
    help: 'helpDetails',
    footer: null,
    extra: 1,
    act: onList((model, list, { height }) => {
      const arranged = arrange(model, list);
      if (arranged.entries.length === 0) return notify(model, 'noticeNothingSelected', {}, true);
      return { ...selectPinned(model, list, height), popup: { kind: 'details', top: 0, pinned: pin(model, list)! } };
    }),
  },
  {
    keys: ['y'],
    shown: 'y',
    label: 'keyCopy',
    help: 'helpCopy',
    footer: null,
    extra: 2,
    act: onList(copied),
  },
];

function copied(model: Model, list: ListSpec): Step {
  // it would print this machine, and not the capture
  if (model.replay !== null && !list.command(model, new Set()).includes('-r'))
    return step(notify(model, 'notInCapture', {}, true));
  const over = arrange(model, list).entries.filter(({ row }) => list.isOver?.(row, model) ?? false);
  const { texts, numerals } = model.settings;
  return copyCommand(model, commandOf(model, list), [
    ...(over.length === 0 ? [] : [fill(texts.copiedWithout, { count: numerals(over.length, 0) })]),
    ...(printsLess(model, list) ? [texts.copiedTotals] : []),
  ]);
}

/** The line that is selected stays so while a popup shows it. */
export function selectPinned(model: Model, list: ListSpec, height: number): Model {
  return selectAt(model, list, selectedIndex(listState(model, list).selection, arrange(model, list)), height);
}

/** Selects the line at an index of the list. */
export const selectAt = (model: Model, list: ListSpec, index: number, height: number): Model => {
  const state = listState(model, list);
  return withList(model, list, {
    ...state,
    selection: selectIndex(state.selection, arrange(model, list), index, height),
  });
};
