import { expect, test } from 'vitest';
import { UNTOUCHED } from '../../../src/commands/watch/model/list-state.ts';
import { TAB_NAMES } from '../../../src/commands/watch/model/model.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { connOn, ifaceNamed, machineOf, STORY_KEYS, Story } from '../../support/screen-story.ts';

const CONNS = Array.from({ length: 40 }, (_, index) =>
  connOn(1000 + index, {
    process: index % 2 === 0 ? 'curl' : 'ssh',
    remote_addr: `198.51.100.${index % 3}`,
    rx_rate: 40 - index,
  }),
);
const MACHINE = machineOf(CONNS, { ifaces: [ifaceNamed('eth0', 1), ifaceNamed('eth1', 2)] });
const GLOBAL = ['1-8', 'Tab', '↑↓', 's', '/', 'Esc', 'p', 'r', 'g', 'a', 'q', '?'];

test.each(TABS.flatMap(({ name }) => [40, 60, 80, 120, 200].map((width) => [name, width] as const)))(
  'every key of every tab is in the footer of %s at %i columns',
  (tab, width) => {
    const words = new Story(MACHINE, { width, tab }).lines.at(-1)!.trim().split(/ +/);
    expect(words.filter((word) => GLOBAL.includes(word))).toEqual(GLOBAL);
  },
);

/** Every key that help names, and one that nothing listens to. */
const KEYS = [
  ...new Set([
    ...[...STORY_KEYS.everywhere, ...STORY_KEYS.lists, ...TABS.flatMap(({ keys }) => keys)].flatMap(({ keys }) => keys),
    'x',
    '%',
    'f9',
  ]),
];

test.each(
  TABS.flatMap(({ name }) => [MACHINE, machineOf([])].map((machine) => [name, machine.conns.length, machine] as const)),
)('a key does something on %s with %i rows, or says why not', (tab, _count, machine) => {
  for (const key of KEYS) {
    const story = new Story(machine, { tab });
    const before = story.model;
    story.press(key);
    const isSame = JSON.stringify(story.coloured) === JSON.stringify(new Story(machine, { tab }).coloured);
    const didSomething = !isSame || story.effects.length > 0 || story.notice !== null;
    const isThere = TAB_NAMES[Number(key) - 1] === tab;
    expect([key, didSomething || isThere || story.model.settings !== before.settings]).toEqual([key, true]);
  }
});

test('a notice leaves the keys beside it, and goes with the next key', () => {
  const story = new Story(MACHINE).press('x');
  expect(story.lines.at(-2)).toMatch(/^ x does nothing here: \? shows the keys {2}Enter packets {2}i details {2}y/);
  story.press('down');
  expect(story.notice).toBeNull();
});

test('a warning stays while keys are pressed, and goes with time', () => {
  const story = new Story(MACHINE).take({ type: 'notice', text: 'eth0 is gone', isWrong: true }).press('down');
  expect(story.notice).toBe('eth0 is gone');
  expect(story.wait(6001).notice).toBeNull();
});

test.each([
  [80, 24],
  [120, 30],
])('help scrolls to its last line and no further at %i columns', (width, height) => {
  const story = new Story(MACHINE, { width, height }).press('?');
  const first = story.lines;
  for (let i = 0; i < 200; i++) story.press('down');
  const last = story.lines;
  expect(story.text).toContain('– none');
  expect(story.press('down').lines).toEqual(last);
  expect(story.press('up').lines).not.toEqual(last);
  expect(story.press('end').lines).toEqual(last);
  expect(story.press('home').lines).toEqual(first);
  expect(story.press('escape').model.popup).toBeNull();
});

test('details scroll to their last field, and a resize leaves no room below it', () => {
  const story = new Story(MACHINE).press('i', 'end');
  const { top } = story.model.popup!;
  expect(top).toBeGreaterThan(0);
  expect(story.resize(120, 60).press('up').model.popup!.top).toBeLessThan(top);
  story.mouse('wheel_down', 10, 10);
  expect(story.lines.length).toBe(60);
});

test('keys of every tab act under a popup, others say that it is open', () => {
  const story = new Story(MACHINE).press('i', 's');
  expect(story.notice).toBe('s does nothing here: Esc closes this first');
  expect(story.press('p').model.held).not.toBeNull();
  expect(story.model.popup).not.toBeNull();
  expect(story.press('3').model).toMatchObject({ tab: 'interfaces', popup: null });
});

test('a click on a tab, a heading and a row, and the wheel', () => {
  const story = new Story(MACHINE);
  story.mouse('press', story.lines[0]!.indexOf('Iface'), 0);
  expect(story.model.tab).toBe('interfaces');
  story.press('2').mouse('press', story.lines[2]!.indexOf('REMOTE') + 2, 2);
  expect(story.model.lists.connections!.sort).toEqual({ field: 'remote_addr', descending: false });
  story.mouse('press', story.lines[2]!.indexOf('REMOTE') + 2, 2);
  expect(story.model.lists.connections!.sort).toEqual({ field: 'remote_addr', descending: true });
  story.mouse('press', 5, 7);
  expect(story.model.lists.connections!.selection.index).toBe(4);
  story.mouse('wheel_down', 5, 7);
  expect(story.model.lists.connections!.selection).toMatchObject({ index: 4, top: 3 });
});

test.each([
  [80, 24],
  [120, 40],
])('a click in the topology selects its box at %i columns', (width, height) => {
  const story = new Story(MACHINE, { width, height, tab: 'topology' });
  const row = story.lines.findIndex((line) => line.includes('198.51.100.2'));
  story.mouse('press', story.lines[row]!.indexOf('198.51.100.2'), row);
  expect(story.lines[height - 4]! + story.lines[height - 6]!).toContain('198.51.100.2');
  story.press('enter');
  expect(story.model.tab).toBe('connections');
  expect(story.lines[1]).toContain('remote_addr == 198.51.100.2');
});

test.each([
  ['insights', 'severity', '▼SEVERITY SUMMARY'],
  ['connections', 'remote_port', '▼RPORT '],
] as const)('on %s the mark of the order by %s leaves the name of its column whole', (tab, field, heading) => {
  const story = new Story(machineOf(CONNS, { insights: [] }), { tab, width: 120 });
  const name = tab === 'insights' ? 'insights' : 'connections';
  const lists = { [name]: { ...UNTOUCHED, sort: { field, descending: true } } };
  story.model = { ...story.model, lists };
  expect(story.lines[2]).toContain(heading);
});
