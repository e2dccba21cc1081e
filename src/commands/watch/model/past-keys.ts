import { type Step, step } from './action.ts';
import type { Binding } from './binding.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import { withPast } from './packets-state.ts';
import { lookFrom } from './past.ts';
import { settle } from './settle.ts';
import type { Tab } from './tab.ts';

const FAR = 10;

/** The keys that go back through the last minutes. They pause; p goes on with what is now. */
export const pastKeys = (tabs: readonly Tab[]): readonly Binding[] =>
  (
    [
      ['[', -1, '[ ]', 'helpPast'],
      [']', 1, '', 'helpPast'],
      ['{', -FAR, '{ }', 'helpFarPast'],
      ['}', FAR, '', 'helpFarPast'],
    ] as const
  ).map(([key, by, shown, help]) => ({
    keys: [key],
    shown,
    label: 'keyPast',
    help,
    footer: null,
    act: (model) => stepBy(tabs, model, by),
  }));

function stepBy(tabs: readonly Tab[], model: Model, by: number): Step {
  const { at } = model.machine;
  const machine = at === null ? null : lookFrom(model.past, Date.parse(at.time), by);
  if (machine === null) return step(notify(model, by < 0 ? 'noticeOldest' : 'noticeNewest', {}, true));
  const past = { ...settle(tabs, model), machine, held: model.held ?? model.machine };
  const then = { ...past, packets: withPast(model.packets, Date.parse(machine.at!.time)) };
  return model.held === null ? step(then, { type: 'keep packets', isKept: true }) : step(then);
}
