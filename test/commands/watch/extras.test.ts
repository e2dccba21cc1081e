import { expect, test } from 'vitest';
import { MachineHistory } from '../../../src/commands/watch/live/machine-history.ts';
import { RemoteMemory } from '../../../src/commands/watch/live/remote-memory.ts';
import { TABS } from '../../../src/commands/watch/tabs/all-tabs.ts';
import { type InsightRow, insight } from '../../../src/core/record/tables/insight.ts';
import { type ProbeRow, probe } from '../../../src/core/record/tables/probe.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { connOn, machineOf, STORY_MS, Story } from '../../support/screen-story.ts';

const CONNS = [
  connOn(1, { remote_addr: '198.51.100.1', remote_port: 1001, cmdline: 'curl https://example.net' }),
  connOn(2, { remote_addr: '198.51.100.2', remote_port: 1002, cmdline: 'ssh example.net' }),
];
const finding = (rule: string, severity: InsightRow['severity']): InsightRow => ({
  ...unknownRow(insight),
  source: 'rules',
  rule,
  severity,
  summary: `\x1b]52;c;x\x07${rule} happened`,
  confidence: 'high',
  subject: 'eth0',
  evidence: [],
});

test('the split pane shows the details of the selected row beside the list, and a click still hits', () => {
  const story = new Story(machineOf(CONNS), { width: 120, height: 40 }).press('|');
  expect(story.notice).toBe('details beside the list: | closes them');
  expect(story.text).toContain('curl https://example.net');
  story.mouse('press', 5, 4);
  const pane = story.lines.slice(2, 34).map((line) => line.slice(72));
  expect(pane.every((line) => line.startsWith('│'))).toBe(true);
  expect(pane.join('\n')).toContain('ssh example.net');
  story.mouse('press', 100, 3);
  expect(story.model.lists.connections!.selection.index).toBe(1);
  expect(story.resize(119, 40).text).not.toContain('remote_port');
  expect(story.press('|').notice).toBe('needs at least 120×10: the terminal is too small');
});

test.each(TABS.flatMap(({ name }) => [120, 200].map((width) => [name, width] as const)))(
  'the split pane leaves every line of %s as wide as %i columns',
  (tab, width) => {
    expect(new Story(machineOf(CONNS), { tab, width, height: 40 }).press('|').lines.length).toBe(40);
  },
);

test('the dense view needs 130×44', () => {
  const story = new Story(machineOf(CONNS), { width: 129, height: 44 }).press('D');
  expect(story.notice).toBe('needs at least 130×44: the terminal is too small');
  expect(story.resize(200, 44).press('D').lines[2]).toContain('USER');
  // the strip about the selected row leaves its lines to the list
  expect(story.lines.at(-3)).not.toContain(' rtt ');
  expect(story.press('D').lines.slice(-6, -2).join()).toContain('RX');
  expect(story.press('D').resize(129, 44).lines.slice(-6, -2).join()).toContain('RX');
});

test('a finding of severity error is told of once, whatever tab is shown', () => {
  const warning = finding('slow', 'warn');
  const story = new Story(machineOf(CONNS)).look(machineOf(CONNS, { insights: [warning] }));
  expect(story.notice).toBeNull();
  story.look(machineOf(CONNS, { insights: [warning, finding('down', 'error')] }));
  expect(story.lines.at(-2)).toContain('down happened: 8 shows it');
  expect(story.coloured.at(-2)).not.toContain('\x1b]');
  story.press('down');
  expect(story.notice).not.toBeNull();
  story.wait(10_000).look(machineOf(CONNS, { insights: [finding('down', 'error')] }));
  expect(story.notice).toBeNull();
});

test('an address that was not there at the start is new for a minute', () => {
  const memory = new RemoteMemory();
  expect(memory.ingest(CONNS, STORY_MS)).toEqual(new Set());
  const more = [...CONNS, connOn(3, { remote_addr: '203.0.113.9' })];
  expect(memory.ingest(more, STORY_MS + 1000)).toEqual(new Set(['203.0.113.9']));
  expect(memory.ingest(CONNS, STORY_MS + 60_000)).toEqual(new Set(['203.0.113.9']));
  expect(memory.ingest(more, STORY_MS + 61_000)).toEqual(new Set());
});

test('a row with a new address is marked, in the list and in the topology', () => {
  const history = new MachineHistory();
  const { conns: _none, ...rest } = machineOf([]);
  history.ingest({ type: 'conn', value: CONNS }, STORY_MS);
  history.ingest({ type: 'conn', value: [...CONNS, connOn(3, { remote_addr: '203.0.113.9' })] }, STORY_MS);
  const machine = { ...rest, ...history.current, at: rest.at };
  const marked = new Story(machine).lines.filter((line) => line.startsWith('★'));
  expect(marked.length).toBe(1);
  expect(marked[0]).toContain('203.0.113.9');
  expect(new Story(machine, { tab: 'topology' }).text).toContain('★ 203.0.113.9');
});

test('each of two gateways has its own health, and one that is gone has none', () => {
  const history = new MachineHistory();
  const answer = (target: string, addr: string, rtt_avg_ms: number | null): ProbeRow => ({
    ...unknownRow(probe),
    target,
    addr,
    rtt_avg_ms,
  });
  const rttsOf = () => [...history.current.health.values()].map(({ row, rtts }) => [row.addr, rtts]);
  history.addRound([
    answer('gateway', '192.0.2.1', 1),
    answer('gateway', '2001:db8::1', 7),
    answer('dns:///a', '192.0.2.9', 3),
  ]);
  history.addRound([
    answer('gateway', '192.0.2.1', null),
    answer('gateway', '2001:db8::1', 8),
    answer('dns:///a', '192.0.2.8', 4),
  ]);
  expect(rttsOf()).toEqual([
    ['192.0.2.1', [1, null]],
    ['2001:db8::1', [7, 8]],
    ['192.0.2.8', [3, 4]],
  ]);
  const machine = { ...machineOf([]), health: history.current.health };
  const text = new Story(machine, { tab: 'dashboard' }).text;
  expect(text).toContain('gateway 192.0.2.1');
  expect(text).toContain('gateway 2001:db8::1');
  history.addRound([answer('dns:///a', '192.0.2.8', 5)]);
  expect(rttsOf()).toEqual([['192.0.2.8', [3, 4, 5]]]);
});
