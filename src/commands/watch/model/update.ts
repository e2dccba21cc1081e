import type { Input, KeyInput, MouseInput } from '../../../core/screen/input.ts';
import { shownTop } from '../../../core/screen/selection.ts';
import { lastTop, popupHeight } from '../views/popup-view.ts';
import { type Action, type Step, step } from './action.ts';
import { alerted, interfacesTold, limitsTold } from './alerts.ts';
import { arrange, listState } from './arranged.ts';
import type { Binding, KeyPlace } from './binding.ts';
import { frameOf } from './frame-layout.ts';
import { goTo } from './global-keys.ts';
import { keyName } from './key-name.ts';
import { columnsWidth, focusedList, type KeyTable, placeOf, tabOf } from './key-table.ts';
import { columnAt } from './list-columns.ts';
import { scrollList, selectAt } from './list-keys.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model, Popup } from './model.ts';
import { notify, warn } from './notices.ts';
import { takePackets } from './packets-update.ts';
import { withLook } from './past.ts';
import { followPinned } from './pinned-row.ts';
import { typeLine } from './prompt.ts';
import { PROMPT_USES } from './prompt-uses.ts';
import { atEnd } from './replay-keys.ts';
import { settle } from './settle.ts';
import { isDescending, sortBy } from './sorting.ts';

/** Lines that a turn of the wheel scrolls. */
const WHEEL_LINES = 3;

/** What follows from an action, at a moment in milliseconds since 1970. Pure: it asks for what it cannot do itself. */
export function update(table: KeyTable, before: Model, action: Action, now: number): Step {
  const done = follow(table, before, action, now);
  return done.model.machine === before.machine ? done : { ...done, model: followPinned(table, done.model) };
}

function follow(table: KeyTable, before: Model, action: Action, now: number): Step {
  const model = atTime(before, now);
  switch (action.type) {
    case 'input':
      return takeInput(table, model, action.input);
    case 'resize':
      return step({ ...model, width: action.width, height: action.height });
    case 'machine': {
      const { machine } = action;
      // of both, what is found is the more urgent
      const told = interfacesTold({ ...model, past: withLook(model.past, machine) }, machine);
      const next = alerted(limitsTold(told, machine), machine);
      return step(model.held === null ? { ...settle(table.tabs, next), machine } : { ...next, held: machine });
    }
    case 'replay': {
      const next = settle(table.tabs, { ...model, machine: action.machine, replay: action.replay });
      // what is wrong with it is said instead
      const tellsEnd = action.replay.isEnded && model.replay?.isEnded !== true && !model.notice?.isWrong;
      return step(tellsEnd ? atEnd(next, action.replay) : next);
    }
    case 'known':
      return step({ ...model, machine: action.fill(model.machine), held: model.held && action.fill(model.held) });
    case 'packets':
    case 'recaptured':
    case 'not recaptured':
    case 'stream':
      return takePackets(model, action);
    case 'popup': {
      const { title, lines } = action;
      // one that was closed stays closed
      const isOpen = model.popup?.kind === 'text' && model.popup.title === title;
      return step(isOpen ? { ...model, popup: { kind: 'text', top: 0, title, lines } } : model);
    }
    case 'notice':
      return step(warn(model, action.text, action.isWrong));
    case 'time':
      return step(model);
  }
}

const atTime = (model: Model, now: number): Model => ({
  ...model,
  now,
  notice: model.notice !== null && model.notice.until > now ? model.notice : null,
});

function takeInput(table: KeyTable, before: Model, input: Input): Step {
  const model = answered(before, input);
  const { list, place } = focusedList(table, model);
  if (model.prompt !== null) return typeLine(model, model.prompt, input, PROMPT_USES[model.prompt.purpose], list);
  if (input.type === 'paste') return step(notify(model, 'noticePasted', {}, true));
  if (input.type === 'mouse') return takeMouse(table, model, input);
  if (model.popup !== null) return pressInPopup(table, model, model.popup, input);
  return press(table, model, input, { list, height: place?.height ?? 0, width: columnsWidth(place) });
}

/** What an input answered is not shown beside the answer to the next one. */
function answered(model: Model, input: Input): Model {
  const isMove = input.type === 'mouse' && (input.action === 'release' || input.action === 'drag');
  return model.notice === null || model.notice.isLasting || isMove ? model : { ...model, notice: null };
}

function press(table: KeyTable, model: Model, input: KeyInput, at: Omit<KeyPlace, 'key'>): Step {
  const key = keyName(input);
  const tab = tabOf(table, model);
  const all = [...(tab.modeKeys?.(model) ?? []), ...tab.keys, ...table.everywhere, ...table.lists];
  return bindingOf(all, key)?.act(model, { ...at, key }) ?? step(notify(model, 'noticeNoKey', { key }, true));
}

const bindingOf = (all: readonly Binding[], key: string): Binding | undefined =>
  all.find(({ keys }) => keys.includes(key));

/** Keys of every tab that leave a popup open, and act below it. */
const THROUGH_POPUPS = new Set([
  'p',
  '[',
  ']',
  '{',
  '}',
  'r',
  'g',
  'a',
  'H',
  'M',
  'T',
  'D',
  'q',
  'ctrl+c',
  'ctrl+z',
  'ctrl+l',
]);

/** A popup scrolls; Esc, its key again and Enter close it. Keys of tabs go there. */
function pressInPopup(table: KeyTable, model: Model, popup: Popup, input: KeyInput): Step {
  const scroll = (lines: number): Step => step(scrollPopup(table, model, popup, lines));
  const page = Math.max(1, popupHeight(model) - 1);
  const key = keyName(input);
  switch (key) {
    case 'up':
    case 'k':
      return scroll(-1);
    case 'down':
    case 'j':
      return scroll(1);
    case 'pageup':
    case 'ctrl+b':
      return scroll(-page);
    case 'pagedown':
    case 'ctrl+f':
    case 'space':
      return scroll(page);
    case 'home':
      return scroll(Number.NEGATIVE_INFINITY);
    case 'end':
    case 'G':
      return scroll(Number.MAX_SAFE_INTEGER);
    case 'escape':
    case 'enter':
    case '?':
    case 'f1':
    case 'i':
    case 'y':
      return step({ ...model, popup: null });
    default:
      if (!THROUGH_POPUPS.has(key) && !/^[1-8]$/.test(key)) return step(notify(model, 'noticeInPopup', { key }, true));
      return bindingOf(table.everywhere, key)!.act(model, { list: null, height: 0, width: 0, key });
  }
}

/** Scrolls no further than to the last line, so that a key in the other direction acts at once. */
function scrollPopup(table: KeyTable, model: Model, popup: Popup, lines: number): Model {
  const last = lastTop(table, model);
  if (last === 0 && lines !== 0) return notify({ ...model, popup: { ...popup, top: 0 } }, 'noticeAllShown');
  return { ...model, popup: { ...popup, top: Math.max(0, Math.min(Math.min(popup.top, last) + lines, last)) } };
}

/** A click on a tab goes there, on a heading sorts, on a row selects; the wheel scrolls what is under it. */
function takeMouse(table: KeyTable, model: Model, { action, column, row }: MouseInput): Step {
  const lines = action === 'wheel_up' ? -WHEEL_LINES : action === 'wheel_down' ? WHEEL_LINES : 0;
  if (model.popup !== null) {
    return step(action === 'press' ? { ...model, popup: null } : scrollPopup(table, model, model.popup, lines));
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
    const { pitch = 1, hasHeadings = true } = place;
    const line = Math.floor((row - frame.body.row - place.row) / pitch);
    const across = column - place.column;
    if (across < 0 || across >= place.width || line < (hasHeadings ? -1 : 0) || line >= place.height) continue;
    const focused = { ...model, focus: { ...model.focus, [model.tab]: index } };
    if (lines !== 0) return step(scrollList(focused, list, lines, place.height));
    if (action !== 'press') return step(model);
    if (line === -1) return step(sortAt(focused, list, across, place.width));
    const arranged = arrange(model, list);
    const top = shownTop(listState(model, list).selection, arranged, place.height);
    if (top + line >= arranged.entries.length) return step(focused);
    return step(selectAt(focused, list, top + line, place.height));
  }
  const at = { row: row - frame.body.row, column };
  const isInside = at.row >= 0 && at.row < frame.body.height && column < frame.body.width;
  if (tab.mouse === undefined || !isInside) return step(model);
  return tab.mouse(model, { type: 'mouse', action, column, row }, at, frame.body.width, frame.body.height);
}

/** Sorts by the column at a place; a second click turns the order around. */
function sortAt(model: Model, list: ListSpec, across: number, width: number): Model {
  const field = columnAt(model, list, across, width);
  if (field === null) return model;
  const { sort } = listState(model, list);
  return sortBy(model, list, field, sort?.field === field ? !sort.descending : isDescending(list, field));
}
