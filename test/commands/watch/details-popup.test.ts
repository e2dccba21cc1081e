import { expect, test } from 'vitest';
import { connOn, ifaceNamed, machineOf, STORY_MS, Story } from '../../support/screen-story.ts';

const OTHERS = [connOn(2, { remote_port: 8002 }), connOn(3, { remote_port: 8003 })];
const SHOWN = connOn(1, { remote_port: 8001, rx_rate: 9000, inode: 77 });
const at = (second: number) => ({
  at: { time: new Date(STORY_MS + second * 1000).toISOString(), monotonicMs: second * 1000 },
});
const ALL = machineOf([SHOWN, ...OTHERS]);
const value = (story: Story, field: string): string | undefined =>
  story.lines
    .find((line) => line.startsWith(` ${field} `))
    ?.trim()
    .split(/ +/)[1];

test('details stay with their row as it changes, wherever it moves', () => {
  const story = new Story(ALL, { height: 60 }).press('home', 'i');
  story.look(machineOf([OTHERS[0]!, { ...SHOWN, rx_rate: 1, state: 'FIN_WAIT1' }, { ...OTHERS[1]!, rx_rate: 5 }]));
  expect([value(story, 'remote_port'), value(story, 'state')]).toEqual(['8001', 'FIN_WAIT1']);
  expect(story.text).not.toContain('gone');
});

test.each([
  ['its place is taken by another', OTHERS],
  ['another of the same ends begins', [{ ...SHOWN, inode: 0, state: 'TIME_WAIT' as const }, ...OTHERS]],
  ['none is left', []],
])('a row that went stays in its details as it was last, and is marked: %s', (_what, rest) => {
  const story = new Story(ALL, { height: 60 }).press('home', 'i').look(machineOf(rest));
  expect([value(story, 'remote_port'), value(story, 'state')]).toEqual(['8001', 'ESTABLISHED']);
  expect(story.text).toContain('─ Details gone: as it was last ');
  expect(story.press('escape').text).not.toContain('gone');
});

test('a row that comes again is shown as it is, and a closed one is marked before it leaves the list', () => {
  const story = new Story(ALL, { height: 60 }).press('home', 'i').look(machineOf(OTHERS)).look(ALL);
  expect(story.text).not.toContain('gone');
  const tracked = [{ id: 'x', row: SHOWN, first: STORY_MS, last: STORY_MS, isOpen: false, states: [] }];
  story.look(machineOf(OTHERS, { tracked, ...at(1) }));
  expect(value(story, 'state')).toBe('CLOSE');
  expect(story.text).toContain('gone');
  // it is dim for ten seconds, then it is no row any more
  story.look(machineOf(OTHERS, { tracked, ...at(11) }));
  expect([value(story, 'remote_port'), value(story, 'state')]).toEqual(['8001', 'CLOSE']);
});

test('a row that a filter no longer lets through is there all the same', () => {
  const story = new Story(ALL, { height: 60 }).press('/').type('state == ESTABLISHED').press('enter', 'home', 'i');
  story.look(machineOf([{ ...SHOWN, state: 'CLOSE_WAIT' }, ...OTHERS]));
  expect(value(story, 'state')).toBe('CLOSE_WAIT');
  expect(story.text).not.toContain('gone');
});

test('totals of a group stay those of that group', () => {
  const story = new Story(machineOf([{ ...SHOWN, process: 'ssh' }, ...OTHERS]), { height: 60 });
  story.press('v', 'home', 'i').look(ALL);
  expect(value(story, 'process')).toBe('ssh');
  expect(story.text).toContain('gone');
});

test('the addresses of an interface that vanished are not those of another', () => {
  const ifaces = [ifaceNamed('eth7', 1), ifaceNamed('wlan3', 2)];
  const story = new Story(machineOf([], { ifaces }), { tab: 'interfaces' }).press('home', 'enter');
  const title = (): string => story.lines.find((line) => line.includes('ethernet'))!;
  expect(title()).toContain('eth7');
  story.look(machineOf([], { ifaces: ifaces.slice(1) }));
  expect(title()).toMatch(/eth7 .*gone: as it was last/);
});
