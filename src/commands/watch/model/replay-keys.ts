import { type Step, step } from './action.ts';
import type { Binding } from './binding.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import { PACES, type Pace, type Replay } from './replay.ts';

/** The keys of a capture that is shown in place of the machine; p is not that of other screens, which go on behind. */
export const REPLAY_KEYS: readonly Binding[] = [
  {
    keys: ['p'],
    shown: 'p',
    label: 'keyPause',
    help: 'helpReplayPause',
    footer: 7,
    act: unlessEnded((model, replay) => {
      const isStopped = !replay.isStopped;
      return paced(model, { ...replay, isStopped }, isStopped ? 'noticeStopped' : 'noticeCaptureGoesOn');
    }),
  },
  { keys: ['>'], shown: '> <', label: 'keySpeed', help: 'helpSpeed', footer: 7, act: unlessEnded(faster(1)) },
  { keys: ['<'], shown: '', label: 'keySpeed', help: 'helpSpeed', footer: null, act: unlessEnded(faster(-1)) },
  {
    keys: ['.'],
    shown: '.',
    label: 'keyStep',
    help: 'helpStep',
    footer: 7,
    act: unlessEnded((model, replay) => {
      const stopped = paced(model, { ...replay, isStopped: true }, null);
      return { ...stopped, effects: [...(replay.isStopped ? [] : stopped.effects), { type: 'step' }] };
    }),
  },
  {
    keys: ['R'],
    shown: 'R',
    label: 'keyAgain',
    help: 'helpAgain',
    footer: 8,
    act(model) {
      const { replay } = model;
      if (replay === null) return step(model);
      if (!replay.isFile) return step(notify(model, 'noticeNotAgain', {}, true));
      // who reads it again wants to see it pass
      const pace = replay.pace === 'end' ? 1 : replay.pace;
      return step(notify(model, 'noticeSpeed', { speed: pace }), { type: 'again', pace });
    },
  },
];

function unlessEnded(act: (model: Model, replay: Replay) => Step): Binding['act'] {
  return (model) => {
    const { replay } = model;
    if (replay === null) return step(model);
    return replay.isEnded ? step(atEnd(model, replay)) : act(model, replay);
  };
}

/** The model that says that a capture is at its end, and what can be done. */
export const atEnd = (model: Model, { isFile, packets }: Replay): Model =>
  notify(model, isFile ? 'noticeCaptureEnd' : 'noticePipeEnd', { count: model.settings.numerals(packets, 0) });

function faster(by: number): (model: Model, replay: Replay) => Step {
  return (model, replay) => {
    const pace = PACES[Math.max(0, Math.min(PACES.indexOf(replay.pace) + by, PACES.length - 1))]!;
    return paced(
      model,
      { ...replay, pace, isStopped: false },
      pace === 'end' ? 'noticeSpeedMost' : 'noticeSpeed',
      pace,
    );
  };
}

function paced(model: Model, replay: Replay, told: Parameters<typeof notify>[1] | null, speed: Pace = 1): Step {
  const next = { ...model, replay };
  return step(told === null ? next : notify(next, told, { speed }), {
    type: 'pace',
    pace: replay.pace,
    isStopped: replay.isStopped,
  });
}
