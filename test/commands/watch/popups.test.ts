import { expect, test } from 'vitest';
import { openPacketScreen } from '../../support/packet-screen.ts';
import { connOn, machineOf, Story } from '../../support/screen-story.ts';

const MACHINE = machineOf([connOn(1)]);

test.each(['?', 'i', 'y'])('q quits under what %s opens, as the footer says, and Esc closes it', (key) => {
  const story = new Story(MACHINE).press(key);
  expect(story.model.popup).not.toBeNull();
  expect(story.press('q').effects).toEqual([{ type: 'quit' }]);
  expect(story.press('escape').effects).toEqual([]);
  expect(story.model.popup).toBeNull();
});

test('a long answer of a registry is whole', () => {
  const words = Array.from({ length: 40 }, (_, index) => `word${index}`);
  const story = new Story(MACHINE).press('y').take({
    type: 'popup',
    title: 'The command that prints these rows',
    lines: [[{ text: ` ${words.join(' ')}`, role: 'notice' }]],
  });
  for (const word of words) expect(story.text).toMatch(new RegExp(`\\b${word}\\b`));
});

test.each([80, 40])('no line of help is cut at %i columns', async (width) => {
  const screen = await openPacketScreen('test/captures/loopback.pcap', { width, height: 200 });
  screen.press('?');
  const text = screen.lines().slice(3, -2).join(' ').replace(/ +/g, ' ');
  expect(text).toContain('window closed, unreachable, HTTP 4xx and 5xx end of a connection');
  expect(text).not.toContain('…');
});

test('| does nothing on the packets tab, and its pane is there again on the others', () => {
  const story = new Story(MACHINE, { width: 120, height: 40 }).press('|', '4');
  expect(story.text).not.toContain('│');
  expect(story.press('|').notice).toBe('| has nothing to act on here');
  expect(story.press('2').text).toContain('│');
});

test.each([
  [39, 24],
  [80, 9],
  [20, 5],
  [10, 5],
])('what is needed is said first where there is too little room: %i×%i', (width, height) => {
  const story = new Story(MACHINE, { width, height });
  expect(story.lines[0]).toMatch(/^40×10/);
  expect(story.lines.join(' ').replace(/ +/g, ' ').trim()).toBe('40×10 at least: the terminal is too small');
});
