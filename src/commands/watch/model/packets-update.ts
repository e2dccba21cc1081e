import { Failure } from '../../../core/failure.ts';
import type { Numerals } from '../../../core/output/units.ts';
import { topFor } from '../../../core/screen/selection.ts';
import { fill } from '../texts/fill.ts';
import { type Action, type Effect, type Step, step } from './action.ts';
import { goTo } from './global-keys.ts';
import type { Model } from './model.ts';
import { notify } from './notices.ts';
import type { PacketLook } from './packet-look.ts';
import { type PacketsState, withLook } from './packets-state.ts';
import { beginPrompt } from './prompt.ts';
import type { PromptUse } from './prompt-use.ts';

export const withPackets = (model: Model, changed: Partial<PacketsState>): Model => ({
  ...model,
  packets: { ...model.packets, ...changed },
});

type PacketAction = Extract<Action, { readonly type: 'packets' | 'recaptured' | 'not recaptured' | 'stream' }>;

/** What follows from news about packets. */
export function takePackets(model: Model, action: PacketAction): Step {
  switch (action.type) {
    case 'packets': {
      const isPaused = model.held !== null && !action.isAsked;
      const next = { ...model, packets: withLook(model.packets, action.look, isPaused) };
      if (next.packets.early !== null && next.packets.look !== null) return filterEarly(next, next.packets.early);
      return isPaused ? step(next) : step(next, ...grown(next));
    }
    case 'recaptured': {
      const bpf = action.bpf === '' ? null : action.bpf;
      const nothing = { selected: null, top: 0, marks: new Set<number>(), stream: null };
      const begun = withPackets(model, { bpf, ...(action.isAnew ? nothing : {}) });
      return step(
        bpf === null ? notify(begun, 'noticeAllCaptured') : notify(begun, 'noticeRecaptured', { filter: bpf }),
      );
    }
    case 'not recaptured': {
      // nobody is interrupted who types something else by now
      if (model.prompt !== null || model.popup !== null)
        return step(notify(model, 'noticeNotRecaptured', { why: action.message }, true));
      const asked = beginBpf(model, action.bpf);
      const { message, column } = action;
      return step({ ...asked, prompt: { ...asked.prompt!, cursor: action.bpf.length, error: { message, column } } });
    }
    case 'stream': {
      const { stream } = action;
      const shown = model.packets.stream;
      const isSame = shown?.stream.row.stream === stream.row.stream && shown.stream.row.proto === stream.row.proto;
      return step(
        withPackets(model, {
          stream: isSame ? { ...shown, stream } : { stream, format: 'text', directions: 'both', top: 0 },
        }),
      );
    }
  }
}

/** Asks for the stream that is shown when packets of it came. */
function grown({ tab, packets: { look, stream } }: Model): readonly Effect[] {
  if (tab !== 'packets' || look === null || stream === null) return [];
  const number = look.newestOf(stream.stream.row);
  return number === 0 || number === stream.stream.newest ? [] : [{ type: 'follow on', number }];
}

/** Does what was typed before there were packets, where that means something; else it can be typed on. */
function filterEarly(model: Model, text: string): Step {
  const ready = withPackets(model, { early: null });
  try {
    return filterPackets(ready, text);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const asked = ready.prompt === null && ready.popup === null ? beginPacketFilter(ready, text) : ready;
    if (asked.prompt?.purpose !== 'packet filter') return step(notify(ready, 'notice', { text: error.message }, true));
    const wrong = { message: error.message, column: error.place?.column ?? 0 };
    return step({ ...asked, prompt: { ...asked.prompt, holds: '', stays: '', error: wrong } });
  }
}

/**
 * Shows the packets that pass a display filter; null or nothing for all. Throws Failure 64 for one that means nothing.
 * Before there is a look it waits for that.
 */
export function filterPackets(model: Model, text: string | null): Step {
  const filter = text === null || text.trim() === '' ? null : text;
  if (model.packets.look === null) return step(withPackets(model, { early: filter }));
  if (filter !== null) model.packets.look.check(filter);
  return step(withPackets(model, { filter, stream: null }), { type: 'filter packets', filter });
}

/** Begins to type the display filter. */
export const beginPacketFilter = (model: Model, text = model.packets.filter ?? ''): Model =>
  beginPrompt(model, 'packet filter', '/', text, model.packets.filter);

/** The display filter. It holds at once. */
export const PACKET_FILTER: PromptUse = {
  typed: filterPackets,
  entered: (model) => step(hasNone(model) ? sayWhyNone(model) : model),
  cancelled: (model, before) => filterPackets(model, typeof before === 'string' ? before : null),
  complete: (text, cursor, _list, { packets: { look } }) =>
    look === null ? { from: cursor, candidates: [] } : look.complete(text, cursor),
  history: () => 'packet filter',
  status({ packets: { look }, settings: { texts, numerals } }) {
    if (look === null) return '';
    if (look.isSearching) return texts.packetsSearching;
    return fill(texts.ofTotal, { matched: countOf(look, numerals), total: numerals(look.held, 0) });
  },
};

/** How many packets pass; with dots while that is still being found out. */
export const countOf = ({ count, isCounted }: PacketLook, numerals: Numerals): string =>
  isCounted ? numerals(count, 0) : `${numerals(count, 0)}…`;

/** Begins to type the filter of the capture. */
export const beginBpf = (model: Model, text: string): Model => beginPrompt(model, 'capture filter', 'b', text, null);

/** The filter of the capture. It holds from Enter on, when it can be had: libpcap alone can tell whether it means something. */
export const CAPTURE_FILTER: PromptUse = {
  typed: (model) => step(model),
  entered: (model, bpf) => step(notify(model, 'noticeRecapturing'), { type: 'recapture', bpf: bpf.trim() }),
  cancelled: (model) => step(model),
  history: () => 'capture filter',
};

/** Goes to the packets that pass a filter; where none are captured, says why. */
export function showPackets(model: Model, filter: string): Step {
  if (model.packets.look === null) return step(sayWhyNone(model));
  return filterPackets(withPackets(goTo(model, 'packets'), { selected: null, panel: 'list' }), filter);
}

/** Why no packets are captured. */
export function whyNoPackets({ machine, packets, settings: { texts } }: Model): string {
  const limit = machine.limits.find(({ what }) => what === 'packets');
  if (limit === undefined && machine.at !== null) return texts.noPackets;
  if (limit === undefined) return packets.file === null ? texts.starting : texts.startingCapture;
  const { why, remedy } = limit;
  return remedy === null
    ? fill(texts.packetsRefused, { why })
    : fill(texts.packetsRefusedGrant, { why, command: remedy });
}

/** Why no more packets are captured; null while they are, of a file, and where there never were any. */
export const whyEnded = ({ machine, packets }: Model): string | null =>
  packets.look === null || packets.file !== null
    ? null
    : (machine.limits.find(({ what }) => what === 'packets')?.why ?? null);

/** Whether no packets are captured, and none will be: the machine was looked at, and there are none. */
export const hasNone = ({ machine, packets }: Model): boolean => packets.look === null && machine.at !== null;

/** The same as a notice. */
export const sayWhyNone = (model: Model): Model => notify(model, 'notice', { text: whyNoPackets(model) }, true);

/** The lines that are shown: which are, and which one of them is selected. */
export interface ShownLines {
  readonly count: number;
  readonly top: number;
  /** -1 in an empty list. */
  readonly selected: number;
}

/** Of a list that shows `height` lines. */
export function shownLines({ packets }: Model, height: number): ShownLines {
  const { look, selected, top } = packets;
  const count = look?.count ?? 0;
  if (look === null || count === 0) return { count, top: 0, selected: -1 };
  if (selected === null) return { count, top: Math.max(0, count - height), selected: count - 1 };
  const index = Math.max(0, look.indexOf(selected));
  return { count, top: topFor(Math.max(0, look.indexOf(top)), index, count, height), selected: index };
}

/** Selects a line, and moves what is shown no more than is needed. */
export function selectLine(model: Model, wanted: number, height: number): Model {
  const { look } = model.packets;
  const { count, top } = shownLines(model, height);
  if (look === null || count === 0) return model;
  const index = Math.max(0, Math.min(wanted, count - 1));
  const first = topFor(top, index, count, height);
  return withPackets(model, {
    selected: look.numberAt(index),
    top: look.numberAt(first),
    line: null,
    hexTop: null,
  });
}

/** The packet that is selected; null in an empty list. */
export function selectedPacket(model: Model): number | null {
  const { look } = model.packets;
  const { selected } = shownLines(model, 1);
  return look === null || selected < 0 ? null : look.numberAt(selected);
}
