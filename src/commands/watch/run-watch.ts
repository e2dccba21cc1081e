import type { ReadStream } from 'node:tty';
import { EXIT } from '../../core/failure.ts';
import { openPlaces } from '../../core/place/places.ts';
import { takeSteps } from '../../core/slices.ts';
import { keepHeapLow } from '../../core/tight-heap.ts';
import { writeToTerminal } from '../../platform/linux/own-terminal.ts';
import { openReverseDns } from '../../platform/machine/reverse-dns.ts';
import { openPlaceFiles } from '../../platform/place/place-files.ts';
import type { Context } from '../context/context.ts';
import { modelRequestOf } from '../insights/model-options.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { InkScreen } from './ink-screen.ts';
import { AddressFacts } from './live/address-facts.ts';
import type { FeedEffect, LiveFeed } from './live/live-feed.ts';
import { slicesOfTime } from './live/slices-of-time.ts';
import type { Action, Effect } from './model/action.ts';
import { globalKeys } from './model/global-keys.ts';
import type { KeyTable } from './model/key-table.ts';
import { LIST_KEYS } from './model/list-keys.ts';
import { preparing } from './model/preparing.ts';
import { REPLAY_KEYS } from './model/replay-keys.ts';
import { update } from './model/update.ts';
import { modelAtStart } from './model-at-start.ts';
import { Painter } from './painter.ts';
import { placeDialog } from './place-dialog.ts';
import { TABS } from './tabs/all-tabs.ts';
import { ScreenTerminal } from './terminal/screen-terminal.ts';
import { frameView } from './views/frame-view.ts';
import { refuseOptions, type WatchValues } from './watch-values.ts';

const KEY_TABLE: KeyTable = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };

/** The keys of a capture go before those of other screens. */
export const REPLAY_KEY_TABLE: KeyTable = {
  ...KEY_TABLE,
  everywhere: [
    ...REPLAY_KEYS,
    ...KEY_TABLE.everywhere.filter(
      ({ keys }) => !REPLAY_KEYS.some((own) => own.keys.some((key) => keys.includes(key))),
    ),
  ],
};

const REFRESH_MS = 1000;
const LITE_REFRESH_MS = 2000;
/** What is still to be closed when the terminal was given back is waited for so long. */
const CLOSING_MS = 5000;
/** Keys are done later that were pressed before the machine was looked at, so many of them. */
const MOST_EARLY = 100;

/** Shows the screen until it is left; resolves to the exit status. Rejects with a Failure 64 where there is no terminal. */
export async function runWatch(context: Context, values: WatchValues, keyboard: ReadStream): Promise<number> {
  const { clock } = context;
  refuseOptions(values);
  keepHeapLow();
  const isLite = values.lite;
  const table = values.read === null ? KEY_TABLE : REPLAY_KEY_TABLE;
  const refreshMs = values.refresh ?? (isLite ? LITE_REFRESH_MS : REFRESH_MS);
  const slices = slicesOfTime(clock);
  const asks = isLite ? null : modelRequestOf({ ...values, 'dry-run': false });
  const terminal = new ScreenTerminal(keyboard, process.stdout as never, {
    clock,
    guard: context.terminal.guard,
    writeAtOnce: writeToTerminal,
  });
  let model = await modelAtStart(context, values, { width: terminal.width, height: terminal.height });

  // a database that is none is said before the screen is opened
  let placeFiles = values.geoip === null ? null : openPlaceFiles(values.geoip, context.say);
  let known: AddressFacts | null = null;
  let ink: InkScreen | null = null;
  let feed: LiveFeed | null = null;
  /** Aborts when the screen is left, so that nothing that was begun is waited for. */
  const left = new AbortController();
  let end: (error: unknown) => void = () => {};
  const over = new Promise<unknown>((resolve) => {
    end = (error) => {
      resolve(error);
      painter.stop();
      terminal.close();
      left.abort();
    };
  });
  const painter = new Painter(
    clock,
    () => {
      if (model.tab === 'packets') feed?.freshen();
      const lines = frameView(table, model);
      if (ink === null) terminal.paint(lines);
      else ink.show(lines, placeDialog(table, model));
    },
    isLite ? LITE_REFRESH_MS : REFRESH_MS,
  );
  /** What was asked before there was a feed to do it. */
  const early: FeedEffect[] = [];
  const perform: (effect: Effect) => void = (effect) => {
    switch (effect.type) {
      case 'quit':
        return end(null);
      case 'suspend':
        return terminal.suspend();
      case 'redraw':
        return terminal.forget();
      case 'mouse':
        return terminal.setMouse(effect.isOn);
      case 'copy':
        return terminal.copy(effect.text);
      case 'facts':
        known?.want(effect);
        return take({ type: 'known', fill: (machine) => known?.fill(machine) ?? machine });
      default:
        if (feed !== null) feed.perform(effect);
        else if (early.length < MOST_EARLY) early.push(effect);
    }
  };
  const take = (action: Action): void => {
    const { model: next, effects } = update(table, model, action, clock.now());
    const isOther = next.tab !== model.tab;
    model = next;
    if (isOther) feed?.show(model.tab);
    for (const effect of effects) perform(effect);
  };
  const interrupted = (): void => end(null);
  context.signal.addEventListener('abort', interrupted, { once: true });
  if (context.signal.aborted) return EXIT.ok;
  const failed = (error: unknown): void => end(error ?? new Error(String(error)));
  process.on('uncaughtException', failed);
  terminal.open(
    {
      input(inputs) {
        for (const input of inputs) take({ type: 'input', input });
        painter.soon();
      },
      resize(width, height) {
        take({ type: 'resize', width, height });
        painter.soon();
      },
      resumed: () => painter.soon(),
      ended: () => end(null),
    },
    true,
  );
  try {
    painter.soon();
    const { openInkScreen } = await import('./ink-screen.ts');
    ink = openInkScreen((lines) => terminal.paint(lines), end);
    // what is said while the screen is up would tear it
    const quiet: Context = {
      ...context,
      signal: left.signal,
      say: () => {},
      warn: (text) => take({ type: 'notice', text, isWrong: true }),
      showProgress: () => {},
    };
    // before privileges are given up: then the files may not be readable
    placeFiles ??= openPlaceFiles(null, quiet.warn);
    const names = values['no-dns'] ? null : await openReverseDns(clock);
    const places = openPlaces(placeFiles);
    const facts = new AddressFacts(names, places, () => {
      const before = model.machine;
      take({ type: 'known', fill: (machine) => facts.fill(machine) });
      // those of packets are asked for as they are painted
      if (model.machine !== before || model.tab === 'packets') painter.sometime();
    });
    known = facts;
    facts.want(model.settings);
    // what samples and dissects is large: the first screen is there before
    const { openLiveFeed } = await import('./live/live-feed.ts');
    const opening = openLiveFeed(
      quiet,
      { ...values, refreshMs, model: asks },
      {
        take,
        paint: (isAsked) => (isAsked ? painter.soon() : painter.sometime()),
        failed: end,
        texts: () => model.settings.texts,
        numerals: () => model.settings.numerals,
        addresses: { placeOf: places.factsOf, hostOf: (address) => facts.nameOf(address) },
        fill: (machine) => facts.fillFresh(machine),
        prepare(machine) {
          slices.begin();
          return takeSteps(preparing(table, model, machine), slices);
        },
      },
    );
    feed = await Promise.race([opening, over.then(() => null)]);
    feed?.show(model.tab);
    for (const effect of early.splice(0)) perform(effect);
    const error = await over;
    // when there is nothing yet that must be finished, what was begun ends with this process
    if (feed === null) opening.catch(() => {});
    else await Promise.race([feed.close((faults) => sayFaults(context, faults)), clock.sleep(CLOSING_MS)]);
    if (error !== null) throw error;
    return EXIT.ok;
  } finally {
    painter.stop();
    context.signal.removeEventListener('abort', interrupted);
    terminal.close();
    process.off('uncaughtException', failed);
    known?.close();
    placeFiles?.close();
    await ink?.close();
  }
}
