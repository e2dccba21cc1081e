import type { Input, KeyInput, MouseInput } from '../../../core/screen/input.ts';
import { type Action, type Step, step } from './action.ts';
import { arrange, listState } from './arranged.ts';
import type { Binding, KeyPlace } from './binding.ts';
import { frameOf } from './frame-layout.ts';
import { goTo } from './global-keys.ts';
import { keyName } from './key-name.ts';
import { columnAt } from './list-columns.ts';
import { isDescending, scrollList, selectAt, sortBy } from './list-keys.ts';
import type { ListPlace, ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { typeLine } from './prompt.ts';
import type { Tab } from './tab.ts';

/** The tabs, and all keys that do something, those first that come first. */
export interface KeyTable {
  readonly tabs: readonly Tab[];
  readonly lists: readonly Binding[];
  readonly everywhere: readonly Binding[];
}

/** Lines that a turn of the wheel scrolls. */
const WHEEL_LINES = 3;

/** What follows from an action, at a moment in milliseconds since 1970. Pure: it asks for what it cannot do itself. */
export function update(table: KeyTable, before: Model, action: Action, now: number): Step {
  const model = atTime(before, now);
  switch (action.type) {
    case 'input':
      return takeInput(table, model, action.input);
    case 'resize':
      return step({ ...model, width: action.width, height: action.height });
    case 'machine':
      return step(model.held === null ? { ...model, machine: action.machine } : { ...model, held: action.machine });
    case 'notice':
      return step({ ...model, notice: { text: action.text, isWrong: action.isWrong, until: now + 6000 } });
    case 'time':
      return step(model);
  }
}

const atTime = (model: Model, now: number): Model => ({
  ...model,
  now,
  notice: model.notice !== null && model.notice.until > now ? model.notice : null,
});

export const tabOf = ({ tabs }: KeyTable, { tab }: Model): Tab => tabs.find(({ name }) => name === tab)!;

/** The list with the focus, and where it is. */
export function focusedList(
  table: KeyTable,
  model: Model,
): { readonly list: ListSpec | null; readonly place: ListPlace | null } {
  const tab = tabOf(table, model);
  const list = tab.lists[model.focus[model.tab] ?? 0] ?? null;
  return { list, place: list === null ? null : placeOf(tab, list, model) };
}

function placeOf(tab: Tab, list: ListSpec, model: Model): ListPlace | null {
  const { body } = frameOf(model);
  return tab.place(list, model, model.width, body.height);
}

function takeInput(table: KeyTable, model: Model, input: Input): Step {
  const { list, place } = focusedList(table, model);
  if (model.prompt !== null) return typeLine(model, model.prompt, input);
  if (input.type === 'paste') return step(model);
  const at = { list, height: place?.height ?? 0 };
  if (input.type === 'mouse') return takeMouse(table, model, input);
  return model.popup === null ? press(table, model, input, at) : pressInPopup(table, model, input);
}

function press(table: KeyTable, model: Model, input: KeyInput, at: Omit<KeyPlace, 'key'>): Step {
  const key = keyName(input);
  const tab = tabOf(table, model);
  const all = [...(tab.modeKeys?.(model) ?? []), ...tab.keys, ...table.everywhere, ...table.lists];
  const binding = all.find(({ keys }) => keys.includes(key));
  return binding === undefined ? step(model) : binding.act(model, { ...at, key });
}

/** A popup scrolls; Esc, its key again, Enter and q close it. Keys of tabs go there. */
function pressInPopup(table: KeyTable, model: Model, input: KeyInput): Step {
  const popup = model.popup!;
  const scroll = (lines: number): Step => step({ ...model, popup: { ...popup, top: Math.max(0, popup.top + lines) } });
  const page = Math.max(1, model.height - 6);
  const key = keyName(input);
  switch (key) {
    case 'up':
    case 'k':
      return scroll(-1);
    case 'down':
    case 'j':
      return scroll(1);
    case 'pageup':
      return scroll(-page);
    case 'pagedown':
    case 'space':
      return scroll(page);
    case 'home':
      return scroll(Number.NEGATIVE_INFINITY);
    case 'escape':
    case 'enter':
    case 'q':
    case '?':
    case 'f1':
    case 'i':
      return step({ ...model, popup: null });
    case 'ctrl+c':
    case 'ctrl+z':
    case 'ctrl+l':
      return press(table, model, input, { list: null, height: 0 });
    default:
      return /^[1-8]$/.test(key)
        ? press(table, { ...model, popup: null }, input, { list: null, height: 0 })
        : step(model);
  }
}

/** A click on a tab goes there, on a heading sorts, on a row selects; the wheel scrolls what is under it. */
function takeMouse(table: KeyTable, model: Model, { action, column, row }: MouseInput): Step {
  const lines = action === 'wheel_up' ? -WHEEL_LINES : action === 'wheel_down' ? WHEEL_LINES : 0;
  if (model.popup !== null) {
    const top = Math.max(0, model.popup.top + lines);
    return step(action === 'press' ? { ...model, popup: null } : { ...model, popup: { ...model.popup, top } });
  }
  const frame = frameOf(model);
  if (action === 'press' && row === 0) {
    const hit = frame.tabs(table.tabs).find(({ from, to }) => column >= from && column < to);
    return step(hit === undefined ? model : goTo(model, hit.name));
  }
  const tab = tabOf(table, model);
  for (const [index, list] of tab.lists.entries()) {
    const place = placeOf(tab, list, model);
    if (place === null) continue;
    const line = row - frame.body.row - place.row;
    const across = column - place.column;
    if (across < 0 || across >= place.width || line < -1 || line >= place.height) continue;
    const focused = { ...model, focus: { ...model.focus, [model.tab]: index } };
    if (lines !== 0) return step(scrollList(focused, list, lines, place.height));
    if (action !== 'press') return step(model);
    if (line === -1) return step(sortAt(focused, list, across, place.width));
    const { top } = listState(model, list).selection;
    if (top + line >= arrange(model, list).entries.length) return step(focused);
    return step(selectAt(focused, list, top + line, place.height));
  }
  const at = { row: row - frame.body.row, column };
  if (tab.mouse === undefined || at.row < 0 || at.row >= frame.body.height) return step(model);
  return tab.mouse(model, { type: 'mouse', action, column, row }, at, model.width, frame.body.height);
}

/** Sorts by the column at a place; a second click turns the order around. */
function sortAt(model: Model, list: ListSpec, across: number, width: number): Model {
  const field = columnAt(model, list, across, width);
  if (field === null) return model;
  const { sort } = listState(model, list);
  return sortBy(model, list, field, sort?.field === field ? !sort.descending : isDescending(list, field));
}
