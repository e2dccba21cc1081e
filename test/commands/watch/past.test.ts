import v8 from 'node:v8';
import vm from 'node:vm';
import { expect, test } from 'vitest';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import { MOST_PAST_BYTES, type PastLook, withLook } from '../../../src/commands/watch/model/past.ts';
import { selectedRow } from '../../../src/commands/watch/model/selected-row.ts';
import { CONNECTIONS } from '../../../src/commands/watch/tabs/connections.ts';
import { connOn, machineOf, STORY_MS, Story } from '../../support/screen-story.ts';

/** The look of a second: it has a connection with the port of the second, and one that is always there. */
const lookAt = (second: number, conns = [connOn(1, { remote_port: 7 }), connOn(2, { remote_port: 1000 + second })]) =>
  machineOf(conns, { at: { time: new Date(STORY_MS + second * 1000).toISOString(), monotonicMs: second * 1000 } });

function storyOf(seconds: number): Story {
  const story = new Story(machineOf([]));
  for (let second = 0; second < seconds; second++) story.look(lookAt(second));
  return story;
}

test('[ and ] go through the last looks, and p goes on with now', () => {
  const story = storyOf(20).press('[', '[');
  expect(story.lines[1]).toContain(' paused at 03:04:22, 2 s ago ');
  expect(story.text).toContain(' 1017 ');
  expect(story.look(lookAt(20)).text).toContain(' 1017 ');
  expect(story.lines[1]).toContain(' paused at 03:04:22, 3 s ago ');
  expect(story.press(']').text).toContain(' 1018 ');
  expect(story.press('}').text).toContain(' 1020 ');
  expect(story.press(']').notice).toBe('this is the newest look: p goes on');
  expect(story.press('{').text).toContain(' 1010 ');
  expect(story.press('{', '{').notice).toBe('nothing older is kept');
  expect(story.text).toContain(' 1000 ');
  expect(story.press('p').text).toContain(' 1020 ');
  expect(story.lines[1]).not.toContain('paused');
});

test('what is selected stays so while time goes back, and a filter holds there', () => {
  const story = storyOf(5).press('end', '[');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ remote_port: 1003 });
  story.press('home', '[');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ remote_port: 7 });
  story.press('/').type('remote_port == 7').press('enter', '[');
  expect(story.lines.slice(3, -4).filter((line) => line.trim() !== '').length).toBe(1);
});

test('a small machine keeps the last 300 looks', () => {
  let past: readonly PastLook[] = [];
  for (let second = 0; second < 400; second++) past = withLook(past, lookAt(second));
  expect(past.length).toBe(300);
  expect(past.at(-1)!.time).toBe(STORY_MS + 399_000);
});

test('a clock that is set back begins anew', () => {
  let past = withLook([], lookAt(100));
  past = withLook(past, lookAt(101));
  past = withLook(past, lookAt(50));
  expect(past.map(({ time }) => time)).toEqual([STORY_MS + 50_000]);
});

test('with 10,000 connections the past is bounded, and reaches far back in growing steps', () => {
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc') as () => void;
  const big = (second: number): Machine =>
    lookAt(
      second,
      Array.from({ length: 10_000 }, (_, index) => connOn(index, { rx_bytes: 1e12 + index, rtt_ms: index + 0.5 })),
    );
  gc();
  const before = process.memoryUsage().heapUsed;
  const story = new Story(machineOf([]));
  for (let second = 0; second < 40; second++) story.look(big(second));
  const looks = story.model.past;
  const bytes = looks.reduce((sum, look) => sum + look.bytes, 0);
  expect(bytes).toBeLessThanOrEqual(MOST_PAST_BYTES);
  expect(looks.at(-1)!.time).toBe(STORY_MS + 39_000);
  const ages = looks.map(({ time }) => 39 - (time - STORY_MS) / 1000);
  expect(ages.at(0)).toBeGreaterThan(2 * looks.length);
  story.look(lookAt(40));
  gc();
  // all 40 would take ten times that
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 * MOST_PAST_BYTES);
});
