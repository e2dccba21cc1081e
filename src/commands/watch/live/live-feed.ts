import path from 'node:path';
import { Failure, messageOf } from '../../../core/failure.ts';
import type { Numerals } from '../../../core/output/units.ts';
import { FILE_LIMITS, LIVE_LIMITS } from '../../../core/packet/packet-store.ts';
import type { Faults } from '../../../core/wire/faults.ts';
import type { Context } from '../../context/context.ts';
import { placeOf } from '../../context/place.ts';
import type { ModelRequest } from '../../insights/model-options.ts';
import type { Action, Effect } from '../model/action.ts';
import type { Machine } from '../model/machine.ts';
import type { TabName } from '../model/model.ts';
import type { AddressLook } from '../model/packet-look.ts';
import type { Texts } from '../texts/en.ts';
import { fill } from '../texts/fill.ts';
import type { WatchValues } from '../watch-values.ts';
import { refusalOf } from './capture-refusal.ts';
import type { CaptureReplay } from './capture-replay.ts';
import type { MachineFeed } from './machine-feed.ts';
import { PacketDesk } from './packet-desk.ts';
import { openSavedFolder, type SavedFolder } from './saved-folder.ts';
import { SHOWN_STATISTICS } from './shown-statistics.ts';

/** What the screen shows of what comes. */
export interface Shown {
  readonly take: (action: Action) => void;
  /** `isAsked` when a person waits for it. */
  readonly paint: (isAsked: boolean) => void;
  readonly failed: (error: unknown) => void;
  readonly texts: () => Texts;
  readonly numerals: () => Numerals;
  /** Where addresses are, and their names. */
  readonly addresses: AddressLook;
  /** Fills rows that nobody has seen yet. */
  readonly fill: (machine: Machine) => void;
  /** Works out what a frame will need of a look, between keys. */
  readonly prepare: (machine: Machine) => Promise<void>;
}

/** What was asked of the screen, as far as it is about what is shown. */
export interface FeedValues
  extends Pick<WatchValues, 'tab' | 'read' | 'filter' | 'interface' | 'bpf' | 'no-probe' | 'lite' | 'pace'> {
  readonly refreshMs: number;
  readonly model: ModelRequest | null;
}

/** What the screen can ask of it. */
export type FeedEffect = Exclude<Effect, { readonly type: 'quit' | 'suspend' | 'redraw' | 'mouse' | 'copy' | 'facts' }>;

/** The machine or a file, for the screen. */
export interface LiveFeed {
  perform(effect: FeedEffect): void;
  /** Another tab is shown. */
  show(tab: TabName): void;
  /** Brings what is shown of packets up to date, just before it is painted: the oldest may have gone. */
  freshen(): void;
  /** Ends it; resolves when everything is closed. */
  close(told: (faults: Faults) => void): Promise<void>;
}

/** Begins to look at the machine, or reads the file of `-r`. Rejects with a Failure when it cannot begin. */
export async function openLiveFeed(context: Context, values: FeedValues, shown: Shown): Promise<LiveFeed> {
  const { clock } = context;
  const { take, paint, failed, texts } = shown;
  const desk = new PacketDesk(
    clock,
    (look, isAsked) => {
      take({ type: 'packets', look, isAsked });
      paint(isAsked);
    },
    shown.addresses,
  );
  const isOfPackets = values.tab === 'packets' || (values.tab === null && values.read !== null);
  if (isOfPackets && values.filter !== null) desk.setFilter(values.filter, false);
  const place = await placeOf(context);
  // while it may; where nothing is captured there is nothing to save, and root's process for that takes 45 MB
  const hasPackets = values.read !== null || !values.lite;
  const saved = hasPackets ? openFolder() : null;
  const tell = (text: string, isWrong: boolean): void => {
    take({ type: 'notice', text, isWrong });
    paint(true);
  };
  let hasLook = false;
  const publish = async (seen: Machine): Promise<void> => {
    shown.fill(seen);
    await shown.prepare(seen);
    take({ type: 'machine', machine: seen });
    // who waits for the first one is not kept waiting as long as between two
    paint(!hasLook);
    hasLook = true;
  };
  if (saved instanceof Failure) tell(fill(texts().noticeNoFolder, { why: saved.message }), true);
  const machine = values.read === null ? await openMachine() : null;
  const file = values.read === null ? null : await openFile(values.read);

  /** Where there is none, everything but saving goes on. */
  function openFolder(): SavedFolder | Failure {
    try {
      return openSavedFolder(context, place.platform.host.readIfAny('/etc/passwd'));
    } catch (error) {
      if (error instanceof Failure) return error;
      throw error;
    }
  }

  async function openMachine(): Promise<MachineFeed> {
    const { openMachineFeed } = await import('./machine-feed.ts');
    return openMachineFeed(
      place,
      {
        refreshMs: values.refreshMs,
        tab: values.tab ?? 'dashboard',
        devices: values.interface === null || values.lite ? null : [values.interface],
        bpf: values.lite ? null : values.bpf,
        probes: !values['no-probe'] && !values.lite,
        packets: !values.lite,
        model: values.model,
        listen(feed, owners) {
          owners.isThrifty = true;
          desk.begin(feed, owners, LIVE_LIMITS);
        },
      },
      publish,
      failed,
    );
  }

  async function openFile(name: string): Promise<CaptureReplay> {
    const { openCaptureReplay } = await import('./capture-replay.ts');
    const { pace, refreshMs, model } = values;
    return openCaptureReplay(
      context,
      {
        file: name,
        interface: values.interface,
        pace: pace === null || pace === 'end' ? 'end' : pace === 'step' ? 1 : Number(pace),
        isStopped: pace === 'step',
        ...{ refreshMs, model, statistics: SHOWN_STATISTICS },
      },
      {
        listen: (feed) => desk.begin(feed, null, FILE_LIMITS),
        publish(seen, replay, isAsked) {
          shown.fill(seen);
          take({ type: 'replay', machine: seen, replay });
          paint(isAsked);
        },
        told: (text) => tell(text, true),
      },
    );
  }

  /** Writes, and says what came of it. */
  async function save(effect: Extract<FeedEffect, { readonly type: 'save stream' | 'export packets' }>): Promise<void> {
    if (saved === null) return tell(texts().noticeNothingToSave, true);
    if (saved instanceof Failure) return tell(fill(texts().noticeNoFolder, { why: saved.message }), true);
    const stem = (what: string): string => path.join(saved.folder, `netwatch_${what}`);
    try {
      const { savePackets, saveStream, stampOf } = await import('./saved-files.ts');
      const stamp = stampOf(clock.now());
      if (effect.type === 'save stream') {
        const { row } = effect.state.stream;
        const name = stem(`stream_${row.proto}_${row.stream}_${stamp}`);
        const { file: written, count } = await saveStream(saved.files, name, effect.state);
        return tell(fill(texts().noticeSavedBytes, { count, file: written }), false);
      }
      const { last } = effect;
      const { held } = desk;
      if (held === null) return tell(texts().noticeNothingToSave, true);
      const { file: written, count } = await savePackets(
        saved.files,
        stem(`capture_${stamp}`),
        held.store,
        last === null ? held.numbers : held.numbers.filter((number) => number <= last),
      );
      tell(fill(texts().noticeSaved, { count, file: written }), false);
    } catch (error) {
      tell(messageOf(error), true);
    }
  }

  async function recapture(bpf: string): Promise<void> {
    try {
      const isAnew = await machine!.recapture(bpf);
      take({ type: 'recaptured', bpf, isAnew });
    } catch (error) {
      take({ type: 'not recaptured', bpf, ...refusalOf(error, bpf, texts()) });
    }
    paint(true);
  }

  async function whois(addresses: readonly string[]): Promise<void> {
    const { askWhois } = await import('./whois-answers.ts');
    const lines = await askWhois(context, addresses, shown.numerals());
    take({ type: 'popup', title: texts().whoisTitle, lines });
    paint(true);
  }

  return {
    perform(effect) {
      switch (effect.type) {
        case 'refresh':
          return (machine ?? file)?.refresh();
        case 'analyse':
          return (machine ?? file)?.analyse();
        case 'pace':
          return file?.setPace(effect.pace, effect.isStopped);
        case 'step':
          return file?.step();
        case 'again':
          return void file?.again(effect.pace);
        case 'filter packets':
          return desk.setFilter(effect.filter);
        case 'keep packets':
          return desk.keep(effect.isKept);
        case 'clear packets':
          return desk.clear();
        case 'export packets':
          return void save(effect);
        case 'save stream':
          return void save(effect);
        case 'recapture':
          return void recapture(effect.bpf);
        case 'whois':
          return void whois(effect.addresses).catch(failed);
        case 'follow stream': {
          const stream = desk.stream(effect.number);
          return stream === null ? tell(texts().noticeNoStream, true) : take({ type: 'stream', stream });
        }
        case 'follow on': {
          const stream = desk.streamOn(effect.number);
          return stream === null ? undefined : take({ type: 'stream', stream });
        }
      }
    },
    show: (tab) => machine?.show(tab),
    freshen() {
      const look = desk.freshLook();
      if (look !== null) take({ type: 'packets', look, isAsked: false });
    },
    async close(told) {
      desk.stop();
      await machine?.close(told);
      await file?.close(told);
      if (!(saved instanceof Failure)) saved?.files.close();
    },
  };
}
