import type { TextName } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';
import { type Model, NOTICE_MS, WARNING_MS } from './model.ts';

/** The model with an answer to an input: it is shown for a while, and no longer than to the next input. */
export const notify = (
  model: Model,
  name: TextName,
  values: Readonly<Record<string, string | number>> = {},
  isWrong = false,
): Model => ({
  ...model,
  notice: { text: fill(model.settings.texts[name], values), isWrong, isLasting: false, until: model.now + NOTICE_MS },
});

/** The model with something that nobody asked for: it is shown for a while, whatever is pressed. */
export const warn = (model: Model, text: string, isWrong: boolean): Model => ({
  ...model,
  notice: { text, isWrong, isLasting: true, until: model.now + WARNING_MS },
});
