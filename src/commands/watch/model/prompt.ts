import { Failure } from '../../../core/failure.ts';
import { completeFilter } from '../../../core/filter/completion.ts';
import type { Input } from '../../../core/screen/input.ts';
import { FIRST } from '../../../core/screen/selection.ts';
import { fill } from '../texts/fill.ts';
import { type Step, step } from './action.ts';
import { arrange, listState, withList } from './arranged.ts';
import { completeParts } from './complete-part.ts';
import { keyName } from './key-name.ts';
import type { ListSpec } from './list-spec.ts';
import { listFilter } from './list-state.ts';
import type { Model, Prompt } from './model.ts';
import { completed, recalled, remember } from './prompt-help.ts';
import type { PromptUse } from './prompt-use.ts';

/** Longer filters are not typed. */
const LONGEST = 2000;
const SEGMENTER = new Intl.Segmenter();

/** The model with a line to be typed, from the text that it has. */
export const beginPrompt = (
  model: Model,
  purpose: Prompt['purpose'],
  mark: string,
  text: string,
  before: Prompt['before'],
): Model => ({
  ...model,
  prompt: {
    ...{ purpose, mark, text, cursor: text.length, error: null, before, offered: null, recalled: null },
    ...{ holds: text, stays: text },
  },
});

/** Begins to type the filter of a list, from the one that it has. */
export function beginFilter(model: Model, spec: ListSpec): Model {
  const before = listState(model, spec);
  return beginPrompt(model, 'list filter', '/', before.filter?.text ?? '', before);
}

/** The filter of the list with the focus. It holds at once. */
export const LIST_FILTER: PromptUse = {
  typed(model, text, list) {
    if (list === null) return step(model);
    const filter = text.trim() === '' ? null : listFilter(text, list.table);
    // what was selected before stays so while it passes
    const { before } = model.prompt!;
    const selection = typeof before === 'object' && before !== null ? before.selection : FIRST;
    const filtered = withList(model, list, { ...listState(model, list), filter, selection });
    const isThere = arrange(filtered, list).indexOf(selection.id) >= 0;
    return step(isThere ? filtered : withList(model, list, { ...listState(model, list), filter, selection: FIRST }));
  },
  entered: (model) => step(model),
  cancelled: (model, before, list) =>
    step(list === null || typeof before !== 'object' || before === null ? model : withList(model, list, before)),
  complete: (text, cursor, list) =>
    list === null ? { from: cursor, candidates: [] } : completeFilter(text, cursor, list.table),
  history: (list) => list?.table.type ?? '',
  status(model, list) {
    if (list === null) return '';
    const { matched, total } = arrange(model, list);
    return fill(model.settings.texts.ofTotal, { matched, total });
  },
};

/** What typing does. A text that means nothing leaves what the last one did that was complete. */
export function typeLine(model: Model, prompt: Prompt, input: Input, use: PromptUse, list: ListSpec | null): Step {
  if (input.type === 'mouse') return step(model);
  const fresh = { offered: null, recalled: null };
  if (input.type === 'paste') return apply(model, prompt, { ...insert(prompt, input.text), ...fresh }, use, list);
  const name = keyName(input);
  const closed = { ...model, prompt: null };
  if (name === 'escape') return use.cancelled(closed, prompt.before, list);
  if (name === 'enter')
    return prompt.error === null ? use.entered(remember(closed, prompt, use, list), prompt.text) : step(model);
  const helped = completed(model, prompt, name, use, list) ?? recalled(model, prompt, name, use, list);
  if (helped !== null) return apply(model, prompt, helped, use, list);
  const edited = edit(prompt, name, input.ctrl || input.alt ? null : input.key);
  return edited === null ? step(model) : apply(model, prompt, { ...edited, ...fresh }, use, list);
}

function apply(model: Model, before: Prompt, edited: Prompt, use: PromptUse, list: ListSpec | null): Step {
  if (edited.text === before.text) return step({ ...model, prompt: edited });
  const prompt = { ...edited, stays: staying(before, edited.text) };
  try {
    const done = use.typed(model, prompt.text, list);
    return { ...done, model: { ...done.model, prompt: { ...prompt, holds: prompt.text, error: null } } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = error.hint === null ? error.message : `${error.message}; ${error.hint}`;
    return actComplete(model, { ...prompt, error: { message, column: error.place?.column ?? 0 } }, use, list);
  }
}

/** What stays when a line becomes another that means nothing. */
function staying({ text, error, stays }: Prompt, next: string): string {
  if (error !== null) return stays;
  if (text.trim() === '') return '';
  // a line that is typed on, or taken back, was a step on the way
  const isStep = next.startsWith(text) || (text.startsWith(next) && stays.startsWith(text));
  return isStep ? stays : text;
}

/** Lets act what is complete in a line that means nothing, else what stays. */
function actComplete(model: Model, prompt: Prompt, use: PromptUse, list: ListSpec | null): Step {
  const { text, stays, holds } = prompt;
  const parts = completeParts(text).filter((part) => !stays.startsWith(part));
  for (const wanted of [...parts, stays]) {
    if (wanted === holds) break;
    try {
      const done = use.typed(model, wanted, list);
      return { ...done, model: { ...done.model, prompt: { ...prompt, holds: wanted } } };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
  return step({ ...model, prompt });
}

/** The line after a key; null for a key that does nothing to it. `typed` is the character of the key. */
function edit(prompt: Prompt, name: string, typed: string | null): Prompt | null {
  const { text, cursor } = prompt;
  switch (name) {
    case 'left':
      return { ...prompt, cursor: before(text, cursor) };
    case 'right':
      return { ...prompt, cursor: after(text, cursor) };
    case 'home':
    case 'ctrl+a':
      return { ...prompt, cursor: 0 };
    case 'end':
    case 'ctrl+e':
      return { ...prompt, cursor: text.length };
    case 'backspace':
      return {
        ...prompt,
        text: text.slice(0, before(text, cursor)) + text.slice(cursor),
        cursor: before(text, cursor),
      };
    case 'delete':
      return { ...prompt, text: text.slice(0, cursor) + text.slice(after(text, cursor)) };
    case 'ctrl+u':
      return { ...prompt, text: text.slice(cursor), cursor: 0 };
    case 'ctrl+k':
      return { ...prompt, text: text.slice(0, cursor) };
    case 'ctrl+w': {
      const start = text.slice(0, cursor).replace(/\S+\s*$/, '').length;
      return { ...prompt, text: text.slice(0, start) + text.slice(cursor), cursor: start };
    }
    case 'space':
      return insert(prompt, ' ');
    default:
      return typed !== null && typed.length <= 2 && [...typed].length === 1 ? insert(prompt, typed) : null;
  }
}

/** Pasted text is one line, whatever it was. */
function insert(prompt: Prompt, added: string): Prompt {
  const clean = added.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, Math.max(0, LONGEST - prompt.text.length));
  const text = prompt.text.slice(0, prompt.cursor) + clean + prompt.text.slice(prompt.cursor);
  return { ...prompt, text, cursor: prompt.cursor + clean.length };
}

/** Where the character before a place begins: a letter and its marks are one. */
function before(text: string, cursor: number): number {
  let start = 0;
  for (const { index } of SEGMENTER.segment(text.slice(0, cursor))) start = index;
  return start;
}

function after(text: string, cursor: number): number {
  for (const { segment } of SEGMENTER.segment(text.slice(cursor))) return cursor + segment.length;
  return cursor;
}
