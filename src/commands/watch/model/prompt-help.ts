import type { ListSpec } from './list-spec.ts';
import type { Model, Prompt } from './model.ts';
import type { PromptUse } from './prompt-use.ts';

/** Lines that are remembered of a history. */
const MOST_ENTERED = 50;

/** The model that remembers a line: once, and the newest first. */
export function remember(model: Model, { text }: Prompt, use: PromptUse, list: ListSpec | null): Model {
  const history = use.history?.(list);
  if (history === undefined || text.trim() === '') return model;
  const others = (model.entered[history] ?? []).filter((one) => one !== text);
  return { ...model, entered: { ...model.entered, [history]: [text, ...others].slice(0, MOST_ENTERED) } };
}

/** The line after Up or Down: one that was entered before, or what was typed; null for any other key. */
export function recalled(
  { entered }: Model,
  prompt: Prompt,
  key: string,
  use: PromptUse,
  list: ListSpec | null,
): Prompt | null {
  const history = use.history?.(list);
  if (history === undefined || (key !== 'up' && key !== 'down')) return null;
  const lines = entered[history] ?? [];
  const { index, draft } = prompt.recalled ?? { index: -1, draft: prompt.text };
  const wanted = key === 'up' ? Math.min(index + 1, lines.length - 1) : Math.max(index - 1, -1);
  const text = lines[wanted] ?? draft;
  return {
    ...prompt,
    text,
    cursor: text.length,
    offered: null,
    recalled: wanted < 0 ? null : { index: wanted, draft },
  };
}

/**
 * The line after Tab: first what all candidates begin with, then each of them in turn, Shift-Tab the other way around. Null
 * for any other key.
 */
export function completed(
  model: Model,
  prompt: Prompt,
  key: string,
  use: PromptUse,
  list: ListSpec | null,
): Prompt | null {
  if (key !== 'tab' && key !== 'backtab') return null;
  const { text, cursor, offered } = prompt;
  if (offered === null) {
    const { from, candidates } = use.complete?.(text, cursor, list, model) ?? { from: cursor, candidates: [] };
    const common = commonBeginning(candidates);
    const isLonger = common.length > cursor - from;
    if (candidates.length === 0 || isLonger || candidates.length === 1)
      return put(prompt, { from, candidates, index: -1 }, isLonger ? common : text.slice(from, cursor));
    return put(prompt, { from, candidates, index: 0 }, candidates[0]!);
  }
  const { candidates } = offered;
  if (candidates.length === 0) return prompt;
  const by = key === 'tab' ? 1 : -1;
  const index = (Math.max(offered.index, by < 0 ? 0 : -1) + by + candidates.length) % candidates.length;
  return put(prompt, { ...offered, index }, candidates[index]!);
}

function put(prompt: Prompt, offered: NonNullable<Prompt['offered']>, word: string): Prompt {
  const text = prompt.text.slice(0, offered.from) + word + prompt.text.slice(prompt.cursor);
  return { ...prompt, text, cursor: offered.from + word.length, offered };
}

function commonBeginning(words: readonly string[]): string {
  const [first = '', ...others] = words;
  let length = first.length;
  for (const word of others) while (!word.startsWith(first.slice(0, length))) length--;
  return first.slice(0, length);
}
