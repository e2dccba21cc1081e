import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import { chooseColorLevel } from '../../core/output/palette.ts';
import { numeralsOf, plainNumerals } from '../../core/output/units.ts';
import { themeNamed } from '../../core/screen/theme.ts';
import type { Context } from '../context/context.ts';
import type { Values } from '../options/option.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { InkScreen } from './ink-screen.ts';
import type { Action, Effect } from './model/action.ts';
import { globalKeys } from './model/global-keys.ts';
import type { KeyTable } from './model/key-table.ts';
import { LIST_KEYS } from './model/list-keys.ts';
import { UNTOUCHED } from './model/list-state.ts';
import { openingModel } from './model/model.ts';
import { update } from './model/update.ts';
import { Painter } from './painter.ts';
import { placeDialog } from './place-dialog.ts';
import { TABS } from './tabs/all-tabs.ts';
import { ScreenTerminal } from './terminal/screen-terminal.ts';
import { en } from './texts/en.ts';
import { frameView } from './views/frame-view.ts';
import type { watchOptions } from './watch-options.ts';

export const KEY_TABLE: KeyTable = { tabs: TABS, lists: LIST_KEYS, everywhere: globalKeys(TABS) };

/** Shows the screen until it is left; resolves to the exit status. Rejects with a Failure 64 where there is no terminal. */
export async function runWatch(context: Context, values: Values<typeof watchOptions>): Promise<number> {
  const { clock } = context;
  const terminal = new ScreenTerminal(process.stdin as never, process.stdout as never, {
    clock,
    guard: context.terminal.guard,
  });
  const theme = themeNamed(values.theme ?? 'terminal', chooseColorLevel(values.color ?? 'auto', context.env, true) > 0);
  let model = openingModel(
    { width: terminal.width, height: terminal.height },
    {
      theme,
      texts: en,
      numerals: values.lang === null ? plainNumerals : numeralsOf(values.lang),
      places: false,
      names: false,
      mouse: true,
      dense: false,
      probes: !values['no-probe'],
    },
    clock.now(),
  );
  if (values.read !== null && values.bpf !== null)
    throw usageError('--bpf needs a live capture, not a file of --read', {
      hint: 'use --filter to choose packets of a file',
    });
  model = {
    ...model,
    tab: values.tab ?? (values.read === null ? model.tab : 'packets'),
    packets: { ...model.packets, bpf: values.bpf, file: values.read },
  };
  if (values.filter !== null && model.tab === 'packets') {
    // loaded here: what reads packets is large
    const { checkPacketFilter } = await import('../../core/packet/packet-search.ts');
    checkPacketFilter(values.filter, () => clock.now());
    model = { ...model, packets: { ...model.packets, filter: values.filter } };
  } else if (values.filter !== null) {
    const list = TABS.find(({ name }) => name === model.tab)?.lists[0];
    if (list !== undefined) {
      const predicate = compileFilter(values.filter, list.table, () => clock.now());
      model = { ...model, lists: { [list.name]: { ...UNTOUCHED, filter: { text: values.filter, predicate } } } };
    }
  }

  let ink: InkScreen | null = null;
  let end: (error: unknown) => void = () => {};
  const over = new Promise<unknown>((resolve) => {
    end = resolve;
  });
  let freshen: () => void = () => {};
  const painter = new Painter(clock, () => {
    if (model.tab === 'packets') freshen();
    const lines = frameView(KEY_TABLE, model);
    if (ink === null) terminal.paint(lines);
    else ink.show(lines, placeDialog(KEY_TABLE, model));
  });
  let perform: (effect: Effect) => void = () => {};
  const take = (action: Action): void => {
    const { model: next, effects } = update(KEY_TABLE, model, action, clock.now());
    model = next;
    for (const effect of effects) perform(effect);
  };
  const interrupted = (): void => end(null);
  context.signal.addEventListener('abort', interrupted, { once: true });
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
      say: () => {},
      warn: (text) => take({ type: 'notice', text, isWrong: true }),
      showProgress: () => {},
    };
    // what samples and dissects is large: the first screen is there before
    const { openLiveFeed } = await import('./live/live-feed.ts');
    const feed = await openLiveFeed(quiet, values, {
      take,
      paint: (isAsked) => (isAsked ? painter.soon() : painter.sometime()),
      failed: end,
      texts: () => model.settings.texts,
      numerals: () => model.settings.numerals,
    });
    freshen = feed.freshen;
    perform = (effect) => {
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
        default:
          return feed.perform(effect);
      }
    };
    const error = await over;
    painter.stop();
    terminal.close();
    await feed.close((faults) => sayFaults(context, faults));
    if (error !== null) throw error;
    return EXIT.ok;
  } finally {
    painter.stop();
    context.signal.removeEventListener('abort', interrupted);
    terminal.close();
    await ink?.close();
  }
}

/** The Failure where stdout or stdin is no terminal. */
export const noTerminal = (): Failure =>
  new Failure(EXIT.usage, 'watch needs a terminal for its screen', {
    hint: 'netwatch conns --interval 1 prints the same connections to a pipe',
  });
