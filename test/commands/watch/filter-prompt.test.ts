import { expect, test } from 'vitest';
import { connOn, machineOf, STORY_MS, Story } from '../../support/screen-story.ts';

const MACHINE = machineOf([
  connOn(1, { process: 'curl', remote_port: 1001 }),
  connOn(2, { process: 'netcat', remote_port: 1002 }),
  connOn(3, { process: 'netcat', remote_port: 1003, state: 'LISTEN' }),
]);
const rowsOf = (story: Story): number => story.lines.slice(3, -4).filter((line) => line.trim() !== '').length;

test('the filter holds as it is typed, and the line tells how many rows pass', () => {
  const story = new Story(MACHINE).press('/').type('netcat');
  expect(story.lines.at(-2)).toMatch(/^ \/ netcat {2,}.* 2 of 3 $/);
  expect(rowsOf(story)).toBe(2);
});

test('times count from each look, not from when the filter was typed', () => {
  const conns = [connOn(1, { first_seen: new Date(STORY_MS).toISOString() })];
  const story = new Story(machineOf(conns)).press('/').type('first_seen >= -30s').press('enter');
  expect(rowsOf(story)).toBe(1);
  story.wait(31_000).look(machineOf([...conns]));
  expect(story.text).toContain('no row matches');
});

test('what does not parse has its place marked, and leaves the last filter that did', () => {
  const story = new Story(MACHINE).press('/').type('netcat and ');
  expect(story.lines.at(-1)).toMatch(/^ {14}\^ expected /);
  expect(rowsOf(story)).toBe(2);
  expect(story.press('enter').model.prompt).not.toBeNull();
  expect(story.press('escape').model.lists.connections!.filter).toBeNull();
});

test('Tab completes a field, then the value, and offers what there is', () => {
  const story = new Story(MACHINE).press('/').type('stat').press('tab').type(' == LIS').press('tab');
  expect(story.model.prompt!.text).toBe('state == LISTEN');
  expect(story.lines.at(-2)).toContain('1 of 3');
  story.press('ctrl+u').type('rx').press('tab');
  expect(story.model.prompt!.text).toBe('rx_');
  const [, first, second] = story.lines.at(-1)!.trim().split(/ +/);
  expect([first, second].every((word) => word!.startsWith('rx_'))).toBe(true);
  story.press('tab', 'tab');
  expect(story.model.prompt!.text).toBe(first);
  expect(story.press('backtab', 'backtab').model.prompt!.text).not.toBe(first);
  expect(story.press('ctrl+u').type('zzz').press('tab').lines.at(-1)).toContain('nothing to complete here');
});

test('candidates of the word are shown while it is typed', () => {
  expect(new Story(MACHINE).press('/').type('remote').lines.at(-1)).toMatch(/remote_addr remote_port/);
});

test('Up brings back filters that were entered, Down what was typed', () => {
  const story = new Story(MACHINE);
  for (const text of ['netcat', 'curl', 'netcat']) story.press('/', 'ctrl+u').type(text).press('enter');
  story.press('/', 'ctrl+u').type('ne').press('up');
  expect(story.model.prompt!.text).toBe('netcat');
  expect(story.press('up').model.prompt!.text).toBe('curl');
  expect(story.press('up').model.prompt!.text).toBe('curl');
  expect(story.press('down', 'down').model.prompt!.text).toBe('ne');
  expect(story.model.entered.conn).toEqual(['netcat', 'curl']);
});

test('the cursor is seen in a long line of wide characters', () => {
  const story = new Story(MACHINE, { width: 60 }).press('/').input({ type: 'paste', text: '漢'.repeat(100) });
  expect(story.coloured.at(-2)).toContain('\x1b[7m \x1b[0m');
  story.press('left');
  expect(story.coloured.at(-2)).toContain('\x1b[7m漢\x1b[0m');
});

test('history is bounded', () => {
  const story = new Story(MACHINE);
  for (let i = 0; i < 70; i++) story.press('/', 'ctrl+u').type(`remote_port == ${i}`).press('enter');
  expect(story.model.entered.conn!.length).toBe(50);
});

/** Types on from nothing, and tells what acts. */
const holding = (...texts: readonly string[]): string | null => {
  const story = new Story(MACHINE).press('/');
  for (const text of texts) text.startsWith('<') ? story.press(...text.slice(1).split(' ')) : story.type(text);
  return story.model.lists.connections?.filter?.text ?? null;
};

test.each([
  // what a longer line begins with is no filter that anybody typed
  [['code >= 400'], null],
  [['remote_addr == 10.77.0.0/99'], null],
  [['remote_port == 443x'], null],
  // what stands before a word that joins is
  [['netcat and '], 'netcat'],
  [['netcat and code >= 400'], 'netcat'],
  [['netcat or curl and state =='], 'netcat or curl'],
  [['netcat && (curl or x ='], 'netcat'],
  [['(netcat or curl'], null],
  [['"a and b" and stat =='], '"a and b"'],
  // what was whole stays while it is mended, from its middle or its end
  [['netcat and curl', '<left left left left left backspace'], 'netcat and curl'],
  [['remote_port == 443', '<backspace backspace backspace'], 'remote_port == 443'],
  [['remote_port == 443', '<backspace backspace backspace', '80'], 'remote_port == 80'],
  // nothing is a filter, too
  [['netcat', '<ctrl+u', 'code >= 400'], null],
] as const)('while %j means nothing, %j acts', (texts, filter) => {
  expect(holding(...texts)).toBe(filter);
});

test('the filter that held before stays while another is typed that means nothing', () => {
  const story = new Story(MACHINE).press('/').type('netcat').press('enter', '/').type(' >= 3');
  expect(story.model.lists.connections!.filter!.text).toBe('netcat');
  expect(story.lines.at(-2)).toMatch(/2 of 3/);
});
