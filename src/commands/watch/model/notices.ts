import type { TextName } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';
import { type Model, NOTICE_MS } from './model.ts';

/** The model with a line that is shown for a while. */
export const notify = (
  model: Model,
  name: TextName,
  values: Readonly<Record<string, string | number>> = {},
  isWrong = false,
): Model => ({
  ...model,
  notice: { text: fill(model.settings.texts[name], values), isWrong, until: model.now + NOTICE_MS },
});
