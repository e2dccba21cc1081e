import { expect, test } from 'vitest';
import { ConnectionTracker } from '../../../src/commands/watch/live/connection-tracker.ts';
import { selectedRow } from '../../../src/commands/watch/model/selected-row.ts';
import { CONNECTIONS } from '../../../src/commands/watch/tabs/connections.ts';
import { checkPacketFilter } from '../../../src/core/packet/packet-search.ts';
import { connOn, machineOf, STORY_MS, Story } from '../../support/screen-story.ts';

const CURL = { process: 'curl', rx_rate: 10, rx_bytes: 100 };
const SSH = { process: 'ssh', rx_rate: 30, rx_bytes: 5000 };
const CONNS = [
  connOn(1, { ...CURL, remote_port: 1001, remote_addr: '198.51.100.1' }),
  connOn(2, { ...CURL, remote_port: 1002, remote_addr: '198.51.100.2' }),
  connOn(3, { ...SSH, remote_port: 1003, remote_addr: '198.51.100.1' }),
  connOn(4, { ...CURL, remote_port: 1004, remote_addr: '198.51.100.2' }),
];

/** The first words of the lines of the list. */
const heads = (story: Story): readonly string[] =>
  story.lines.slice(3, -4).flatMap((line) => /^.(\S+(?: \(\d+\))?)/.exec(line)?.[1] ?? []);

test('v groups by process, by remote address, and not', () => {
  const story = new Story(machineOf(CONNS), { width: 120 }).press('v');
  expect(heads(story)).toEqual(['ssh (1)', 'ssh', 'curl (3)', 'curl', 'curl', 'curl']);
  expect(story.notice).toBe('grouped by process: Space folds a group, Z all');
  story.press('v', 'Z');
  expect(story.lines[3]).toMatch(/198\.51\.100\.1 .* 40 B\/s/);
  expect(story.lines[4]).toMatch(/198\.51\.100\.2 .* 20 B\/s/);
  expect(heads(story.press('v'))).toEqual(['ssh', 'curl', 'curl', 'curl']);
});

test('folded groups sort by their totals, which go on while connections close', () => {
  const tracker = new ConnectionTracker();
  tracker.ingest(CONNS, STORY_MS);
  const remaining = CONNS.filter(({ process, local_port }) => process === 'ssh' || local_port === 1);
  tracker.ingest(remaining, STORY_MS + 1000);
  const { closedTraffic } = tracker;
  expect(closedTraffic.all).toEqual({ rx: 200, tx: 1000 });
  const story = new Story(machineOf(remaining, { closedTraffic, tracked: tracker.tracked() }), { width: 120 });
  expect(story.lines[1]).toContain('total ↓5.3 kB ↑2 kB');
  story.press('v', 'Z');
  expect(heads(story)).toEqual(['ssh (1)', 'curl (3)']);
  expect(story.lines[4]).toMatch(/ 300 B /);
  story.press('right', 's');
  expect(heads(story)).toEqual(['curl (3)', 'ssh (1)']);
  story.press('/').type('remote_port == 1001').press('enter');
  expect(story.lines[3]).toMatch(/curl \(1\).* 100 B /);
});

test('Z folds groups that come later too, and Space unfolds one', () => {
  const story = new Story(machineOf(CONNS)).press('v', 'Z').look(machineOf([...CONNS, connOn(5, { process: 'nc' })]));
  expect(heads(story)).toEqual(['ssh (1)', 'curl (3)', 'nc (1)']);
  story.press('end', 'space');
  expect(heads(story)).toEqual(['ssh (1)', 'curl (3)', 'nc (1)', 'nc']);
  expect(heads(story.press('Z'))).toEqual(['ssh (1)', 'curl (3)', 'nc (1)']);
  expect(heads(story.press('Z')).length).toBe(8);
});

test('folding selects the group of the row, and ungrouping a row of the group', () => {
  const story = new Story(machineOf(CONNS)).press('v', 'end', 'space');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ process: 'curl', local_port: null });
  story.press('v', 'v');
  expect(selectedRow(story.model, CONNECTIONS)).toMatchObject({ process: 'curl', remote_port: 1001 });
});

test('Enter shows the packets of a remote address; a group of a process has none', () => {
  const story = new Story(machineOf(CONNS)).press('v', 'Z', 'enter');
  expect(story.notice).toBe('this connection has no remote end');
  story.press('v', 'Z');
  const look = { check: (filter: string) => checkPacketFilter(filter, () => STORY_MS) };
  story.model = { ...story.model, packets: { ...story.model.packets, look: look as never } };
  expect(story.press('enter').effects).toEqual([{ type: 'filter packets', filter: '198.51.100.1' }]);
});

test('an order that is held keeps rows in their groups', () => {
  const story = new Story(machineOf(CONNS)).press('v', 'z', 'f');
  const later = CONNS.map((row) => ({ ...row, rx_rate: row.process === 'curl' ? 1000 : 1 }));
  story.look(machineOf([...later, connOn(5, { process: 'ssh' }), connOn(6, { process: 'nc', rx_rate: 9999 })]));
  expect(heads(story)).toEqual(['ssh (2)', 'curl (3)', 'curl', 'curl', 'curl', 'nc (1)', 'nc']);
  expect(heads(story.press('z'))).toEqual([
    'ssh (2)',
    'ssh',
    'ssh',
    'curl (3)',
    'curl',
    'curl',
    'curl',
    'nc (1)',
    'nc',
  ]);
});

test('a list that has no groups says so', () => {
  const story = new Story(machineOf(CONNS), { tab: 'insights' });
  expect(story.press('v').notice).toBe('this list has no groups');
  expect(story.press('Z').notice).toBe('this list has no groups');
  expect(new Story(machineOf(CONNS)).press('space').notice).toBe('no groups to fold: v groups the rows');
});

test('columns: the title tells how many are hidden, arrows scroll to each, c hides, C shows all', () => {
  const story = new Story(machineOf(CONNS));
  expect(story.lines[1]).toContain(' 5 columns hidden ');
  const seen = new Set<string>();
  for (let i = 0; i < 13; i++) {
    story.press('right');
    const chosen = /\x1b\[7m([^\x1b]*)/.exec(story.coloured[2]!)![1]!.trim();
    seen.add(chosen.replace('▼', ''));
  }
  expect(seen.size).toBe(13);
  expect(story.press('right').notice).toBe('this is the last column');
  expect(story.lines[2]).toMatch(/^ PROCESS .*RTT *$/);
  story.press('c');
  expect(story.notice).toBe('column rtt_ms hidden: C shows all');
  expect(story.lines[2]).not.toContain('RTT');
  story.press('C');
  expect(story.lines[1]).toContain(' 5 columns hidden ');
  expect(new Story(machineOf(CONNS), { width: 200 }).lines[1]).not.toContain('hidden');
});

test('+ and - change the width of the chosen column, within limits', () => {
  const story = new Story(machineOf(CONNS)).press('right');
  const widthOf = (): number => story.lines[2]!.indexOf('PID');
  story.press('+');
  const wide = widthOf();
  expect(story.press('-').press('-').lines[2]!.indexOf('PID')).toBe(wide - 4);
  for (let i = 0; i < 20; i++) story.press('-');
  expect(story.notice).toBe('column process cannot be narrower');
  for (let i = 0; i < 200; i++) story.press('+');
  expect(story.notice).toBe('column process cannot be wider');
  expect(story.lines.length).toBe(24);
});

test('hiding goes on to the last column, which stays', () => {
  const story = new Story(machineOf(CONNS)).press('right');
  for (let i = 0; i < 12; i++) story.press('c');
  expect(story.press('c').notice).toBe('the only column stays');
  expect(story.press('escape', 'c').notice).toBe('choose a column first: ← →');
});

test('a group has its name in the column that it is grouped by, and its size in the first', () => {
  const story = new Story(machineOf(CONNS)).press('v', 'v', 'Z');
  expect(story.lines[3]).toMatch(/^▸\(2\) .* 198\.51\.100\.1 /);
  const unknown = new Story(machineOf([connOn(1, { process: null })])).press('v', 'Z');
  expect(unknown.lines[3]).toMatch(/^▸\? \(1\) /);
});

test('in 80 columns the state is seen, and always the column that somebody sorted by', () => {
  const story = new Story(machineOf(CONNS));
  const headings = (): string => story.lines[2]!.replace(/ +/g, ' ').trim();
  expect(headings()).toBe('PROCESS STATE PORT REMOTE RPORT ▼RX/s TX/s RTT');
  // two columns on, behind those of rates
  story.press('s', 's');
  expect(story.notice).toBe('sorted by rx_bytes ▼');
  expect(headings()).toContain(' ▼RX ');
  expect(headings()).toMatch(/^PROCESS /);
  // hidden is hidden
  expect(story.press('c').lines[2]).not.toContain('RX ');
});

test('bytes that closed connections had are told of: the command does not add them', () => {
  const tracker = new ConnectionTracker();
  tracker.ingest(CONNS, STORY_MS);
  const remaining = CONNS.filter(({ process, local_port }) => process === 'ssh' || local_port === 1);
  tracker.ingest(remaining, STORY_MS + 1000);
  const { closedTraffic } = tracker;
  const story = new Story(machineOf(remaining, { closedTraffic }), { width: 160, height: 40 }).press('v', 'Z', 'y');
  const notice = 'the bytes here are also those of connections that closed; the command adds up those that are open';
  expect(story.lines.join('\n')).toContain(notice);
  story.press('escape', 'home');
  expect(story.lines.join('\n')).not.toContain('closed connections included');
  story.press('end');
  expect(story.lines.join('\n')).toContain('closed connections included');
  // where none of them is in what is shown, there is nothing to tell
  story.press('/').type('process == ssh').press('enter', 'y');
  expect(story.lines.join('\n')).not.toContain(notice);
  expect(new Story(machineOf(CONNS), { width: 160 }).press('v', 'Z', 'y').lines.join('\n')).not.toContain(notice);
});

test('the name of a group is cut with an ellipsis, also where its characters are wide, and whole among its details', () => {
  const name = '网络服务进程名称很长的程序';
  const story = new Story(machineOf([connOn(1, { process: name })]), { width: 80, height: 30 }).press('v', 'Z');
  expect(story.lines[3]).toMatch(/^▸网络… +\(1\) /);
  expect(story.press('i').lines.join('\n')).toContain(`  ${name}`);
});
