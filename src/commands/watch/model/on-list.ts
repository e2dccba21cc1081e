import { type Step, step } from './action.ts';
import type { Binding, KeyPlace } from './binding.ts';
import type { ListSpec } from './list-spec.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';

/** Wraps what a key does to the list with the focus; without a list it says so. */
export const onList =
  (act: (model: Model, list: ListSpec, at: KeyPlace) => Model | Step): Binding['act'] =>
  (model, at) => {
    if (at.list === null) return step(notify(model, 'noticeNoList', { what: at.key }, true));
    const done = act(model, at.list, at);
    return 'effects' in done ? done : step(done);
  };
