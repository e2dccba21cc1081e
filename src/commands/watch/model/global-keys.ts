import { THEME_NAMES, themeNamed } from '../../../core/screen/theme.ts';
import { type Effect, type Step, step } from './action.ts';
import { listState, withList } from './arranged.ts';
import type { Binding, KeyPlace } from './binding.ts';
import { canSplit, LEAST_DENSE, LEAST_HEIGHT, LEAST_SPLIT } from './frame-layout.ts';
import { type Model, TAB_NAMES, type TabName } from './model.ts';
import { notify } from './notices.ts';
import { withWaiting } from './packets-state.ts';
import { pastKeys } from './past-keys.ts';
import { settle } from './settle.ts';
import type { Tab } from './tab.ts';

/** Goes to a tab. */
export const goTo = (model: Model, tab: TabName): Model => ({ ...model, tab, popup: null, prompt: null });

const focusBy =
  (tabs: readonly Tab[], by: number): Binding['act'] =>
  (model) => {
    const { lists } = tabs.find(({ name }) => name === model.tab)!;
    if (lists.length < 2)
      return step(goTo(model, tabs[wrap(tabs.findIndex(({ name }) => name === model.tab) + by, tabs.length)]!.name));
    const focus = wrap((model.focus[model.tab] ?? 0) + by, lists.length);
    return step({ ...model, focus: { ...model.focus, [model.tab]: focus } });
  };

const wrap = (index: number, count: number): number => (index + count) % count;

/** The keys of every tab. */
export const globalKeys = (tabs: readonly Tab[]): readonly Binding[] => [
  {
    keys: TAB_NAMES.map((_, index) => String(index + 1)),
    shown: '1-8',
    label: 'keyTabs',
    help: 'helpTabs',
    footer: 1,
    act(model, { key }) {
      const tab = TAB_NAMES[Number(key) - 1]!;
      return step(
        tabs.some(({ name }) => name === tab) ? goTo(model, tab) : notify(model, 'noticeNoKey', { key }, true),
      );
    },
  },
  { keys: ['tab'], shown: 'Tab', label: 'keyPanel', help: 'helpNextPanel', footer: 2, act: focusBy(tabs, 1) },
  { keys: ['backtab'], shown: '', label: 'keyPanel', help: 'helpNextPanel', footer: null, act: focusBy(tabs, -1) },
  { keys: ['escape'], shown: 'Esc', label: 'keyBack', help: 'helpBack', footer: 6, act: goBack },
  {
    keys: ['p'],
    shown: 'p',
    label: 'keyPause',
    help: 'helpPause',
    footer: 7,
    act(model) {
      if (model.held === null)
        return step(notify({ ...model, held: model.machine }, 'noticePaused'), { type: 'keep packets', isKept: true });
      const settled = settle(tabs, model);
      const gone = { ...settled, machine: model.held, held: null, packets: withWaiting(model.packets) };
      return step(notify(gone, 'noticeGoesOn'), { type: 'keep packets', isKept: false });
    },
  },
  {
    keys: ['r'],
    shown: 'r',
    label: 'keyRefresh',
    help: 'helpRefresh',
    footer: 8,
    act: (model) =>
      step(notify(model, model.held === null ? 'noticeRefresh' : 'noticeStillPaused'), { type: 'refresh' }),
  },
  {
    keys: ['g'],
    shown: 'g',
    label: 'keyPlaces',
    help: 'helpPlaces',
    footer: 9,
    act(model) {
      const places = !model.settings.places;
      const told = notify(withSettings(model, { places }), places ? 'noticePlaces' : 'noticeNoPlaces');
      return step(told, factsOf(told));
    },
  },
  {
    keys: ['a'],
    shown: 'a',
    label: 'keyAnalyse',
    help: 'helpAnalyse',
    footer: 10,
    act: (model) =>
      model.settings.isLite
        ? step(notify(goTo(model, 'insights'), 'noticeLiteNoModel', {}, true))
        : step(goTo(model, 'insights'), { type: 'analyse' }),
  },
  {
    keys: ['q', 'ctrl+c'],
    shown: 'q',
    label: 'keyQuit',
    help: 'helpQuit',
    footer: 11,
    act: (model) => step(model, { type: 'quit' }),
  },
  {
    keys: ['?', 'f1'],
    shown: '?',
    label: 'keyHelp',
    help: 'helpHelp',
    footer: 12,
    act: (model) => step({ ...model, popup: { kind: 'help', top: 0 } }),
  },
  {
    keys: ['H'],
    shown: 'H',
    label: 'keyNames',
    help: 'helpNames',
    footer: null,
    act(model) {
      const { mayAskDns, names: before } = model.settings;
      if (!mayAskDns) return step(notify(model, 'noticeNoDns', {}, true));
      const told = notify(withSettings(model, { names: !before }), before ? 'noticeNoNames' : 'noticeNames');
      return step(told, factsOf(told));
    },
  },
  {
    keys: ['M'],
    shown: 'M',
    label: 'keyMouse',
    help: 'helpMouse',
    footer: null,
    act(model) {
      const mouse = !model.settings.mouse;
      const told = notify(withSettings(model, { mouse }), mouse ? 'noticeMouseOn' : 'noticeMouseOff');
      return step(told, { type: 'mouse', isOn: mouse });
    },
  },
  {
    keys: ['T'],
    shown: 'T',
    label: 'keyTheme',
    help: 'helpTheme',
    footer: null,
    act(model) {
      const { theme } = model.settings;
      const name = THEME_NAMES[wrap(THEME_NAMES.indexOf(theme.name) + 1, THEME_NAMES.length)]!;
      const next = themeNamed(name, theme.hasColor, theme.has256);
      return step(notify(withSettings(model, { theme: next }), 'noticeTheme', { name }));
    },
  },
  {
    keys: ['D'],
    shown: 'D',
    label: 'keyDense',
    help: 'helpDense',
    footer: null,
    act(model) {
      if (model.width < LEAST_DENSE[0] || model.height < LEAST_DENSE[1])
        return step(notify(model, 'noticeTooSmall', { width: LEAST_DENSE[0], height: LEAST_DENSE[1] }, true));
      const dense = !model.settings.dense;
      return step(notify(withSettings(model, { dense }), dense ? 'noticeDense' : 'noticeNotDense'));
    },
  },
  {
    keys: ['|'],
    shown: '|',
    label: 'keySplit',
    help: 'helpSplit',
    footer: null,
    act(model, { key }) {
      if (!canSplit(model)) return step(notify(model, 'noticeNoList', { what: key }, true));
      if (model.width < LEAST_SPLIT)
        return step(notify(model, 'noticeTooSmall', { width: LEAST_SPLIT, height: LEAST_HEIGHT }, true));
      const split = { ...model, isSplit: !model.isSplit };
      return step(notify(split, model.isSplit ? 'noticeNotSplit' : 'noticeSplit'));
    },
  },
  ...pastKeys(tabs),
  {
    keys: ['ctrl+z'],
    shown: '',
    label: 'keyQuit',
    help: 'helpQuit',
    footer: null,
    act: (model) => step(model, { type: 'suspend' }),
  },
  {
    keys: ['ctrl+l'],
    shown: '',
    label: 'keyRefresh',
    help: 'helpRefresh',
    footer: null,
    act: (model) => step(model, { type: 'redraw' }),
  },
];

const withSettings = (model: Model, changed: Partial<Model['settings']>): Model => ({
  ...model,
  settings: { ...model.settings, ...changed },
});

const factsOf = ({ settings: { names, places } }: Model): Effect => ({ type: 'facts', names, places });

/** Esc: a popup is closed by `update`; else the filter of the list goes, then the chosen column, then the order that is held. */
function goBack(model: Model, { list }: KeyPlace): Step {
  if (list === null) return step(notify(model, 'noticeNothingOpen', {}, true));
  const state = listState(model, list);
  if (state.filter !== null) return step(withList(model, list, { ...state, filter: null }));
  if (state.column !== null) return step(withList(model, list, { ...state, column: null }));
  if (state.frozen !== null) return step(notify(withList(model, list, { ...state, frozen: null }), 'noticeThawed'));
  return step(notify(model, 'noticeNothingOpen', {}, true));
}
