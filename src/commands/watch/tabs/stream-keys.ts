import { step } from '../model/action.ts';
import type { Binding } from '../model/binding.ts';
import { frameOf } from '../model/frame-layout.ts';
import type { Model } from '../model/model.ts';
import { notify } from '../model/notices.ts';
import { streamLayout } from '../model/packet-layout.ts';
import type { StreamState } from '../model/packets-state.ts';
import { withPackets } from '../model/packets-update.ts';
import { scrolled } from '../views/stream-view.ts';

const STREAM_END = Number.MAX_SAFE_INTEGER;

/** Moves what is shown of the stream by lines. */
export function scrollStream(model: Model, lines: number): Model {
  const { stream: height } = streamLayout(frameOf(model).body.height);
  const before = scrolled(model.packets.stream!, model.packets.stream!.top, model.width, height);
  const after = scrolled(before, before.top + lines, model.width, height);
  const isAtEnd = scrolled(after, STREAM_END, model.width, height).top === after.top;
  // who went to its end stays there while it grows
  return withPackets(model, { stream: lines > 0 && isAtEnd ? { ...after, top: STREAM_END } : after });
}

const scroll =
  (lines: (page: number) => number): Binding['act'] =>
  (model) =>
    step(scrollStream(model, lines(Math.max(1, streamLayout(frameOf(model).body.height).stream - 3))));

const change =
  (changed: (state: StreamState) => Partial<StreamState>): Binding['act'] =>
  (model) => {
    const state = model.packets.stream!;
    return step(withPackets(model, { stream: { ...state, top: 0, ...changed(state) } }));
  };

/** The keys while a stream is shown. */
export const STREAM_KEYS: readonly Binding[] = [
  {
    keys: ['escape', 'S'],
    shown: 'Esc',
    label: 'keyClose',
    help: 'helpClose',
    footer: 1,
    act: (model) => step(withPackets(model, { stream: null })),
  },
  {
    keys: ['a'],
    shown: 'a',
    label: 'keyBoth',
    help: 'helpBoth',
    footer: 2,
    act: change(() => ({ directions: 'both' })),
  },
  {
    keys: ['right'],
    shown: '→ ←',
    label: 'keyDirection',
    help: 'helpDirection',
    footer: 3,
    act: change(() => ({ directions: 'a' })),
  },
  {
    keys: ['left'],
    shown: '',
    label: 'keyDirection',
    help: 'helpDirection',
    footer: null,
    act: change(() => ({ directions: 'b' })),
  },
  {
    keys: ['h'],
    shown: 'h t',
    label: 'keyText',
    help: 'helpText',
    footer: 4,
    act: change(({ format }) => ({ format: format === 'hex' ? 'text' : 'hex' })),
  },
  { keys: ['t'], shown: '', label: 'keyText', help: 'helpText', footer: null, act: change(() => ({ format: 'text' })) },
  {
    keys: ['w'],
    shown: 'w',
    label: 'keySave',
    help: 'helpSave',
    footer: 5,
    act(model) {
      const state = model.packets.stream!;
      if (state.stream.pieces.length === 0) return step(notify(model, 'noticeNothingToSave', {}, true));
      return step(model, { type: 'save stream', state });
    },
  },
  { keys: ['up', 'k'], shown: '↑↓', label: 'keyMove', help: 'helpScroll', footer: 6, act: scroll(() => -1) },
  { keys: ['down', 'j'], shown: '', label: 'keyMove', help: 'helpScroll', footer: null, act: scroll(() => 1) },
  { keys: ['pageup'], shown: '', label: 'keyMove', help: 'helpScroll', footer: null, act: scroll((page) => -page) },
  {
    keys: ['pagedown', 'space'],
    shown: '',
    label: 'keyMove',
    help: 'helpScroll',
    footer: null,
    act: scroll((page) => page),
  },
  {
    keys: ['home'],
    shown: '',
    label: 'keyMove',
    help: 'helpScroll',
    footer: null,
    act: scroll(() => Number.NEGATIVE_INFINITY),
  },
  {
    keys: ['end', 'G'],
    shown: '',
    label: 'keyMove',
    help: 'helpScroll',
    footer: null,
    act: scroll(() => STREAM_END),
  },
];
