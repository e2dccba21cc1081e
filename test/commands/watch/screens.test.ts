import path from 'node:path';
import { expect, test } from 'vitest';
import type { Model } from '../../../src/commands/watch/model/model.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { languageOf } from '../../../src/commands/watch/texts/language.ts';
import { frameView } from '../../../src/commands/watch/views/frame-view.ts';
import { widthOf } from '../../../src/core/output/text-width.ts';
import { themeNamed } from '../../../src/core/screen/theme.ts';
import { type RecordedScreen, recordScreen } from '../../support/recorded-screen.ts';
import { plain, STORY_KEYS, Story } from '../../support/screen-story.ts';

// a screen that changed on purpose is written anew by `vitest run -u`; read it before it is committed

const recorded = await recordScreen();
/** A packet of HTTP. */
const HTTP = 10;

/** The lines that a person sees, without what is blank at their ends; each is as wide as the terminal. */
function screenOf(model: Model): string {
  const lines = frameView(STORY_KEYS, model).map(plain);
  expect(lines).toHaveLength(model.height);
  expect(lines.filter((line) => widthOf(line) !== model.width)).toEqual([]);
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

const isAsSaved = (model: Model, folder: string, name: string): Promise<void> =>
  expect(screenOf(model)).toMatchFileSnapshot(
    path.join(import.meta.dirname, '../../golden/screen', folder, `${name}.txt`),
  );

interface Opening {
  readonly size?: readonly [number, number];
  readonly tab?: Model['tab'];
  readonly settings?: Partial<Model['settings']>;
}

/** The recorded machine, as the screen shows it. */
function open({ size: [width, height] = [80, 24], tab = 'dashboard', settings = {} }: Opening): Story {
  const story = new Story(recorded.machine, { tab, width, height });
  story.take({ type: 'packets', look: recorded.packets, isAsked: false });
  story.model = { ...story.model, settings: { ...story.model.settings, ...settings } };
  return story;
}

const SETS = {
  '80x24': { size: [80, 24] },
  '120x40': { size: [120, 40] },
  '200x60': { size: [200, 60] },
  ascii: { settings: { theme: themeNamed('ascii', false), characters: 'ascii' } },
  de: { settings: languageOf('de', {}, 'all') },
  zh: { settings: languageOf('zh-CN', {}, 'all') },
} as const satisfies Readonly<Record<string, Opening>>;

test.each(
  Object.entries(SETS).flatMap(([set, opening]) =>
    TABS.map(({ name }, index) => [set, name, index + 1, opening] as const),
  ),
)('%s: %s', async (set, tab, digit, opening) => {
  await isAsSaved(open({ ...opening, tab }).model, set, `${digit}-${tab}`);
});

const stream = (story: Story, { stream: of }: RecordedScreen): Story =>
  story.take({ type: 'stream', stream: of(HTTP) });
const STATES: Readonly<Record<string, readonly [Opening, (story: Story) => Story]>> = {
  help: [{ tab: 'packets' }, (story) => story.press('?')],
  'a connection': [{ tab: 'connections' }, (story) => story.press('i')],
  'an interface': [{ tab: 'interfaces' }, (story) => story.press('enter')],
  'a filter that is wrong': [{ tab: 'connections' }, (story) => story.press('/').type('remote_prt == 443')],
  'a filter that is completed': [{ tab: 'connections' }, (story) => story.press('/').type('rem').press('tab')],
  'no match': [{ tab: 'connections' }, (story) => story.press('/').type('pid == 1').press('enter')],
  groups: [{ tab: 'connections', size: [120, 40] }, (story) => story.press('v')],
  'groups, folded': [{ tab: 'connections' }, (story) => story.press('v', 'Z')],
  'a chosen column': [{ tab: 'connections' }, (story) => story.press('right', 'right', 's')],
  split: [{ tab: 'connections', size: [120, 40] }, (story) => story.press('|')],
  dense: [{ tab: 'connections', size: [200, 60] }, (story) => story.press('D')],
  'HTTP requests': [{ tab: 'stats' }, (story) => story.press('tab', 'tab', 'tab')],
  'layers of a packet': [{ tab: 'packets', size: [120, 40] }, (story) => story.press('up', 'up', 'tab', 'space')],
  'a stream as text': [{ tab: 'packets' }, (story) => stream(story, recorded)],
  'a stream in bytes': [{ tab: 'packets' }, (story) => stream(story, recorded).press('h')],
  paused: [{}, (story) => story.press('p')],
  'an ordinary user': [{ tab: 'packets' }, (story) => story.take({ type: 'machine', machine: recorded.early })],
};

test.each(Object.entries(STATES))('%s', async (name, [opening, act]) => {
  const story = act(open(opening));
  const model =
    name === 'an ordinary user' ? { ...story.model, packets: { ...story.model.packets, look: null } } : story.model;
  await isAsSaved(model, 'states', name.replaceAll(/\W+/g, '-'));
});
