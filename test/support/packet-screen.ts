import { PacketDesk } from '../../src/commands/watch/live/packet-desk.ts';
import type { Effect } from '../../src/commands/watch/model/action.ts';
import { globalKeys } from '../../src/commands/watch/model/global-keys.ts';
import { LIST_KEYS } from '../../src/commands/watch/model/list-keys.ts';
import { UNSEEN } from '../../src/commands/watch/model/machine.ts';
import { type Model, openingModel } from '../../src/commands/watch/model/model.ts';
import type { AddressLook } from '../../src/commands/watch/model/packet-look.ts';
import { update } from '../../src/commands/watch/model/update.ts';
import { TABS } from '../../src/commands/watch/tabs/all-tabs.ts';
import { en } from '../../src/commands/watch/texts/en.ts';
import { frameView } from '../../src/commands/watch/views/frame-view.ts';
import type { CaptureReader } from '../../src/core/capture/capture-reader.ts';
import { plainNumerals } from '../../src/core/output/units.ts';
import { PacketFeed } from '../../src/core/packet/packet-feed.ts';
import { FILE_LIMITS, type StoreLimits } from '../../src/core/packet/packet-store.ts';
import { NOWHERE } from '../../src/core/place/places.ts';
import type { Input } from '../../src/core/screen/input.ts';
import { themeNamed } from '../../src/core/screen/theme.ts';
import { REGISTRY } from '../../src/core/wire/all-protocols.ts';
import { Dissector } from '../../src/core/wire/dissector.ts';
import { readerOf } from './filled-store.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

const TABLE = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };

/** What sets colours. */
const SGR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g');

/** The screen with the packets of a capture, without a terminal: keys go in, lines come out. */
export interface PacketScreen {
  readonly clock: VirtualClock;
  readonly model: Model;
  readonly desk: PacketDesk;
  /** What was asked for besides packets. */
  readonly asked: Effect[];
  /** Presses keys as `keyName` writes them; a text in quotes is pasted. */
  press(...keys: readonly string[]): void;
  input(input: Input): void;
  take(change: (model: Model) => Model): void;
  /** The machine is looked at, at so many seconds since 1970. */
  look(second: number): void;
  /** The capture began anew, or could not. */
  recaptured(bpf: string, isAnew?: boolean): void;
  refused(bpf: string, message: string, column: number): void;
  /** As they are written, and without colours. */
  painted(): readonly string[];
  lines(): readonly string[];
  resize(width: number, height: number): void;
}

export interface PacketScreenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly limits?: StoreLimits;
  readonly placeOf?: AddressLook['placeOf'];
  readonly hostOf?: AddressLook['hostOf'];
}

/** Opens it at the tab with all packets of a capture; null for a machine on which none are captured. */
export async function openPacketScreen(
  capture: string | Uint8Array | null,
  {
    width = 80,
    height = 24,
    limits = FILE_LIMITS,
    placeOf = () => NOWHERE,
    hostOf = () => null,
  }: PacketScreenOptions = {},
): Promise<PacketScreen> {
  const clock = virtualClock();
  const settings = {
    theme: themeNamed('terminal', false),
    texts: en,
    numerals: plainNumerals,
    places: false,
    names: false,
    mouse: true,
    dense: false,
    probes: false,
    characters: 'all' as const,
    mayAskDns: true,
    ownPid: null,
    isLite: false,
  };
  let model: Model = {
    ...openingModel({ width, height }, settings, clock.now()),
    tab: 'packets',
    machine: { ...UNSEEN, at: { time: '2026-01-02T03:00:00.000Z', monotonicMs: 0 } },
  };
  const asked: Effect[] = [];
  const take = (action: Parameters<typeof update>[2]): void => {
    const done = update(TABLE, model, action, clock.now());
    model = done.model;
    for (const effect of done.effects) perform(effect);
  };
  const desk = new PacketDesk(clock, (look, isAsked) => take({ type: 'packets', look, isAsked }), {
    placeOf,
    hostOf,
  });
  const perform = (effect: Effect): void => {
    asked.push(effect);
    if (effect.type === 'filter packets') desk.setFilter(effect.filter);
    if (effect.type === 'clear packets') desk.clear();
    if (effect.type === 'follow stream' || effect.type === 'follow on') {
      const stream = effect.type === 'follow on' ? desk.streamOn(effect.number) : desk.stream(effect.number);
      if (stream !== null) take({ type: 'stream', stream });
    }
  };
  if (capture !== null) {
    const reader: CaptureReader = await readerOf(capture);
    const feed = new PacketFeed(reader, new Dissector(REGISTRY));
    desk.begin(feed, null, limits);
    await feed.run(new AbortController().signal);
    await clock.pass(1000);
  }
  const press = (key: string): void => {
    const name = key.replace(/^ctrl\+/, '');
    const input: Input = key.startsWith('"')
      ? { type: 'paste', text: key.slice(1, -1) }
      : { type: 'key', key: name, ctrl: name !== key, alt: false };
    take({ type: 'input', input });
  };
  return {
    clock,
    desk,
    asked,
    get model() {
      return model;
    },
    press: (...keys) => keys.forEach(press),
    input: (input) => take({ type: 'input', input }),
    take(change) {
      model = change(model);
    },
    look(second) {
      const at = { time: new Date(second * 1000).toISOString(), monotonicMs: second * 1000 };
      take({ type: 'machine', machine: { ...model.machine, at } });
    },
    recaptured: (bpf, isAnew = true) => take({ type: 'recaptured', isAnew, bpf }),
    refused: (bpf, message, column) => take({ type: 'not recaptured', bpf, message, column }),
    painted: () => frameView(TABLE, model),
    lines: () => frameView(TABLE, model).map((line) => line.replaceAll(SGR, '')),
    resize: (w, h) => take({ type: 'resize', width: w, height: h }),
  };
}
