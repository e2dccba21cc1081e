import { Failure } from '../../../core/failure.ts';
import { compileFilter } from '../../../core/filter/bind.ts';
import type { Input } from '../../../core/screen/input.ts';
import { FIRST } from '../../../core/screen/selection.ts';
import { type Step, step } from './action.ts';
import { listState, withList } from './arranged.ts';
import { keyName } from './key-name.ts';
import type { ListSpec } from './list-spec.ts';
import type { ListFilter } from './list-state.ts';
import type { Model, Prompt } from './model.ts';

/** Longer filters are not typed. */
const LONGEST = 2000;
const SEGMENTER = new Intl.Segmenter();

/** Begins to type the filter of a list, from the one that it has. */
export function beginFilter(model: Model, spec: ListSpec): Model {
  const before = listState(model, spec);
  const text = before.filter?.text ?? '';
  return { ...model, prompt: { kind: 'filter', text, cursor: text.length, error: null, before } };
}

/** What typing does. The filter holds at once; one that does not parse leaves the last one that did. */
export function typeFilter(model: Model, prompt: Prompt, spec: ListSpec, input: Input): Step {
  if (input.type === 'mouse') return step(model);
  if (input.type === 'key') {
    const name = keyName(input);
    if (name === 'escape') return step({ ...withList(model, spec, prompt.before), prompt: null });
    if (name === 'enter') return step(prompt.error === null ? { ...model, prompt: null } : model);
    const edited = edit(prompt, name, input.ctrl || input.alt ? null : input.key);
    return step(edited === null ? model : apply(model, edited, spec));
  }
  return step(apply(model, insert(prompt, input.text), spec));
}

function apply(model: Model, prompt: Prompt, spec: ListSpec): Model {
  const state = listState(model, spec);
  const set = (filter: ListFilter | null): Model => ({
    ...withList(model, spec, { ...state, filter, selection: FIRST }),
    prompt: { ...prompt, error: null },
  });
  if (prompt.text === (model.prompt?.text ?? null)) return { ...model, prompt };
  if (prompt.text.trim() === '') return set(null);
  try {
    return set({ text: prompt.text, predicate: compileFilter(prompt.text, spec.table, () => model.now) });
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = error.hint === null ? error.message : `${error.message}; ${error.hint}`;
    return { ...model, prompt: { ...prompt, error: { message, column: error.place?.column ?? 0 } } };
  }
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
