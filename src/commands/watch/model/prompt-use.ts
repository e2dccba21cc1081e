import type { Completion } from '../../../core/filter/completion.ts';
import type { Step } from './action.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model, Prompt } from './model.ts';

/** What a typed line is for. */
export interface PromptUse {
  /** Its text is another. Throws a Failure for one that means nothing: then what is complete in it is tried, and the last one that was. */
  readonly typed: (model: Model, text: string, list: ListSpec | null) => Step;
  /** Enter, where nothing is wrong with it; the prompt is closed. */
  readonly entered: (model: Model, text: string) => Step;
  /** Esc; the prompt is closed. */
  readonly cancelled: (model: Model, before: Prompt['before'], list: ListSpec | null) => Step;
  /** What the word before the cursor may become; absent where nothing is known of it. */
  readonly complete?: (text: string, cursor: number, list: ListSpec | null, model: Model) => Completion;
  /** Lines that are entered are remembered under this name; absent for not. */
  readonly history?: (list: ListSpec | null) => string;
  /** What stands at the right of the line: what follows from it. */
  readonly status?: (model: Model, list: ListSpec | null) => string;
}
