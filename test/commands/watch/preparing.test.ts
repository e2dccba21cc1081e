import { expect, test } from 'vitest';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import { preparing } from '../../../src/commands/watch/model/preparing.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { recordScreen } from '../../support/recorded-screen.ts';
import { STORY_KEYS, Story } from '../../support/screen-story.ts';

const { machine, early } = await recordScreen();

/** The same look, of which nothing is known yet. */
const again = (look: Machine): Machine => ({ ...look, conns: [...look.conns], tracked: [...look.tracked] });

const steps = (story: Story, look: Machine): number => [...preparing(STORY_KEYS, story.model, look)].length;

test.each(TABS.map(({ name }) => name))('%s shows a look that was prepared as it shows any other', (tab) => {
  const shown = [true, false].map((isPrepared) => {
    const story = new Story(early, { tab, width: 120, height: 40 }).press('down', 'down');
    const look = again(machine);
    if (isPrepared) for (const _ of preparing(STORY_KEYS, story.model, look));
    return story.look(look).lines;
  });
  expect(shown[0]).toEqual(shown[1]);
});

test('what is paused needs nothing of a look', () => {
  const story = new Story(early, { tab: 'connections' });
  expect(steps(story, again(machine))).toBeGreaterThan(1);
  story.press('p');
  expect(steps(story, again(machine))).toBe(0);
});
