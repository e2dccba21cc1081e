import { expect, test } from 'vitest';
import type { Binding } from '../../../src/commands/watch/model/binding.ts';
import { TAB_NAMES } from '../../../src/commands/watch/model/model.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { STREAM_KEYS } from '../../../src/commands/watch/tabs/stream-keys.ts';
import { recordScreen } from '../../support/recorded-screen.ts';
import { STORY_KEYS, Story } from '../../support/screen-story.ts';

const { machine, packets, stream } = await recordScreen();

/** What a key leads to; `before` is the screen without it. */
type Outcome = (after: Story, before: Story) => void;

function open(tab: Story['model']['tab']): Story {
  const story = new Story(machine, { tab, width: 140, height: 50 });
  story.take({ type: 'packets', look: packets, isAsked: false });
  story.model = { ...story.model, settings: { ...story.model.settings, mayAskDns: true, isLite: false } };
  return story;
}
const asks =
  (type: string): Outcome =>
  ({ effects }) =>
    expect(effects.map((one) => one.type)).toContain(type);
const says =
  (text: RegExp): Outcome =>
  ({ notice }) =>
    expect(notice).toMatch(text);
const sets =
  (path: string, value: unknown): Outcome =>
  ({ model }) =>
    expect(model).toHaveProperty(path, value);
const changes: Outcome = (after, before) => expect(after.coloured).not.toEqual(before.coloured);

const EVERYWHERE: Readonly<Record<string, Outcome>> = {
  ...Object.fromEntries(TAB_NAMES.map((name, index) => [String(index + 1), sets('tab', name)])),
  tab: changes,
  backtab: changes,
  escape: says(/^nothing is open/),
  p: (after) => expect([after.model.held, after.notice]).toEqual([machine, 'paused: p goes on']),
  r: asks('refresh'),
  g: asks('facts'),
  a: (after) => expect([after.model.tab, after.effects]).toEqual(['insights', [{ type: 'analyse' }]]),
  q: asks('quit'),
  'ctrl+c': asks('quit'),
  '?': sets('popup.kind', 'help'),
  f1: sets('popup.kind', 'help'),
  H: sets('settings.names', true),
  M: asks('mouse'),
  T: sets('settings.theme.name', 'dark'),
  D: sets('settings.dense', true),
  '|'(after, before) {
    if (after.model.tab !== 'packets') return sets('isSplit', true)(after, before);
    expect([after.model.isSplit, after.notice]).toEqual([false, '| has nothing to act on here']);
  },
  '[': says(/^nothing older is kept$/),
  ']': says(/^this is the newest look/),
  '{': says(/^nothing older is kept$/),
  '}': says(/^this is the newest look/),
  'ctrl+z': asks('suspend'),
  'ctrl+l': asks('redraw'),
};

const ofMove: Outcome = (after, before) => {
  if (after.notice === null) changes(after, before);
};
const LISTS: Readonly<Record<string, Outcome>> = {
  ...{ up: says(/^this is the first row$/), k: says(/^this is the first row$/) },
  ...{ pageup: says(/^this is the first row$/), 'ctrl+b': says(/^this is the first row$/) },
  home: says(/^this is the first row$/),
  ...{ down: ofMove, j: ofMove, pagedown: ofMove, 'ctrl+f': ofMove, end: ofMove, G: ofMove },
  s: says(/^(sorted by |there are no columns)/),
  o: says(/^(sorted by |the rows are in their own order)/),
  '/': sets('prompt.purpose', 'list filter'),
  f: says(/^the order of the rows is held$/),
  v: says(/^(grouped by |this list has no groups)/),
  space: says(/^(no groups to fold|this list has no groups)/),
  z: says(/^(no groups to fold|this list has no groups)/),
  Z: says(/^(no groups to fold|this list has no groups)/),
  ...{ right: changes, left: changes, '+': changes, '=': changes, '-': changes, c: changes },
  C: says(/^all columns are shown$/),
  i: sets('popup.kind', 'details'),
  y: asks('copy'),
};

const PACKETS: Readonly<Record<string, Outcome>> = {
  '/': sets('prompt.purpose', 'packet filter'),
  S: asks('follow stream'),
  w: asks('export packets'),
  b: sets('prompt.purpose', 'capture filter'),
  m: (after) => expect(after.model.packets.marks.size).toBe(1),
  n: says(/^there are no bookmarks/),
  N: says(/^there are no bookmarks/),
  W: asks('whois'),
  x: asks('clear packets'),
  ...{ tab: sets('packets.panel', 'detail'), backtab: sets('packets.panel', 'hex') },
  enter: sets('packets.panel', 'detail'),
  ...{ up: changes, k: changes, pageup: changes, 'ctrl+b': changes, home: changes },
  ...{ down: sets('packets.selected', packets.count), j: sets('packets.selected', packets.count) },
  ...{ pagedown: sets('packets.selected', packets.count), 'ctrl+f': sets('packets.selected', packets.count) },
  ...{ end: sets('packets.selected', null), G: sets('packets.selected', null) },
  ...{ space: says(/^fold /), z: says(/^fold /), left: says(/^fold /), right: says(/^fold /) },
  ...{ s: says(/^packets are in the order/), o: says(/^packets are in the order/) },
  y: asks('copy'),
  escape: says(/^nothing is open/),
};

const STREAM: Readonly<Record<string, Outcome>> = {
  ...{ escape: sets('packets.stream', null), S: sets('packets.stream', null) },
  a: sets('packets.stream.directions', 'both'),
  right: sets('packets.stream.directions', 'a'),
  left: sets('packets.stream.directions', 'b'),
  h: sets('packets.stream.format', 'hex'),
  t: sets('packets.stream.format', 'text'),
  w: asks('save stream'),
  ...{ up: sets('packets.stream.top', 0), k: sets('packets.stream.top', 0) },
  ...{ pageup: sets('packets.stream.top', 0), home: sets('packets.stream.top', 0) },
  ...{ down: sets('packets.stream.top', 1), j: sets('packets.stream.top', 1) },
  ...{ pagedown: changes, space: changes, end: changes, G: changes },
};

const OWN: Readonly<Record<string, Readonly<Record<string, Outcome>>>> = {
  dashboard: {},
  connections: { enter: sets('tab', 'packets') },
  interfaces: { enter: sets('popup.kind', 'tables') },
  packets: PACKETS,
  stats: {},
  topology: { enter: sets('tab', 'connections') },
  timeline: { t: sets('timelineWindow', 2), enter: sets('tab', 'connections') },
  insights: {},
};

const keysOf = (all: readonly Binding[]): readonly string[] => [...new Set(all.flatMap(({ keys }) => keys))].sort();

test.each([
  ['every tab', STORY_KEYS.everywhere, EVERYWHERE],
  ['every list', STORY_KEYS.lists, LISTS],
  ['a stream', STREAM_KEYS, STREAM],
  ...TABS.map(({ name, keys }) => [name, keys, OWN[name] ?? {}] as const),
] as const)('every key of %s has its story', (_where, bindings, stories) => {
  expect(Object.keys(stories).sort()).toEqual(keysOf(bindings));
});

/** What is not as its story says, by the key. */
function faultsOf(stories: Readonly<Record<string, Outcome>>, on: () => Story): readonly string[] {
  return Object.entries(stories).flatMap(([key, outcome]) => {
    try {
      outcome(on().press(key), on());
      return [];
    } catch (error) {
      return [`${key}: ${(error as Error).message.split('\n', 1)[0]}`];
    }
  });
}
const without = (stories: Readonly<Record<string, Outcome>>, ...keys: readonly string[]) =>
  Object.fromEntries(Object.entries(stories).filter(([key]) => !keys.includes(key)));

test.each(TABS.map((tab) => [tab.name, tab] as const))(
  'every key of %s, of its lists and of every tab leads to what is listed here',
  (name, tab) => {
    const own = OWN[name] ?? {};
    const digit = String(TAB_NAMES.indexOf(name) + 1);
    expect(faultsOf({ ...without(EVERYWHERE, digit), ...own }, () => open(name))).toEqual([]);
    for (const focus of tab.lists.keys()) {
      const on = (): Story => {
        const story = open(name);
        story.model = { ...story.model, focus: { [name]: focus } };
        return story;
      };
      expect([focus, faultsOf(without(LISTS, ...Object.keys(own)), on)]).toEqual([focus, []]);
    }
  },
);

test('every key of a stream leads to what is listed here', () => {
  expect(faultsOf(STREAM, () => open('packets').take({ type: 'stream', stream: stream(10) }))).toEqual([]);
});
