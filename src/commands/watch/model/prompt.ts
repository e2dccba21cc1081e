import { Failure } from '../../../core/failure.ts';
import { compileFilter } from '../../../core/filter/bind.ts';
import { completeFilter } from '../../../core/filter/completion.ts';
import type { Input } from '../../../core/screen/input.ts';
import { FIRST } from '../../../core/screen/selection.ts';
import { fill } from '../texts/fill.ts';
import { type Step, step } from './action.ts';
import { arrange, listState, withList } from './arranged.ts';
import { keyName } from './key-name.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model, Prompt, PromptUse } from './model.ts';
import { completed, recalled, remember } from './prompt-help.ts';

/** Longer filters are not typed. */
const LONGEST = 2000;
const SEGMENTER = new Intl.Segmenter();

/** The model with a line to be typed, from the text that it has. */
export const beginPrompt = (model: Model, mark: string, text: string, use: PromptUse): Model => ({
  ...model,
  prompt: { mark, text, cursor: text.length, error: null, use, offered: null, recalled: null },
});

/** Begins to type the filter of a list, from the one that it has. The filter holds at once. */
export function beginFilter(model: Model, spec: ListSpec): Model {
  const before = listState(model, spec);
  return beginPrompt(model, '/', before.filter?.text ?? '', {
    typed: (now, text) => {
      // what was selected stays so while it passes
      const { selection } = before;
      const filter = text.trim() === '' ? null : { text, predicate: compileFilter(text, spec.table, () => now.now) };
      const filtered = withList(now, spec, { ...listState(now, spec), filter, selection });
      const isThere = arrange(filtered, spec).indexOf(selection.id) >= 0;
      return step(isThere ? filtered : withList(now, spec, { ...listState(now, spec), filter, selection: FIRST }));
    },
    entered: (now) => step(now),
    cancelled: (now) => step(withList(now, spec, before)),
    complete: (_now, text, cursor) => completeFilter(text, cursor, spec.table),
    history: spec.table.type,
    status(now) {
      const { matched, total } = arrange(now, spec);
      return fill(now.settings.texts.ofTotal, { matched, total });
    },
  });
}

/** What typing does. A text that means nothing leaves what the last one did. */
export function typeLine(model: Model, prompt: Prompt, input: Input): Step {
  if (input.type === 'mouse') return step(model);
  if (input.type === 'paste')
    return apply(model, prompt, { ...insert(prompt, input.text), offered: null, recalled: null });
  const name = keyName(input);
  const closed = { ...model, prompt: null };
  if (name === 'escape') return prompt.use.cancelled(closed);
  if (name === 'enter')
    return prompt.error === null ? prompt.use.entered(remember(closed, prompt), prompt.text) : step(model);
  const helped = completed(model, prompt, name) ?? recalled(model, prompt, name);
  if (helped !== null) return apply(model, prompt, helped);
  const edited = edit(prompt, name, input.ctrl || input.alt ? null : input.key);
  return edited === null ? step(model) : apply(model, prompt, { ...edited, offered: null, recalled: null });
}

function apply(model: Model, before: Prompt, prompt: Prompt): Step {
  if (prompt.text === before.text) return step({ ...model, prompt });
  try {
    const done = prompt.use.typed(model, prompt.text);
    return { ...done, model: { ...done.model, prompt: { ...prompt, error: null } } };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const message = error.hint === null ? error.message : `${error.message}; ${error.hint}`;
    return step({ ...model, prompt: { ...prompt, error: { message, column: error.place?.column ?? 0 } } });
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
