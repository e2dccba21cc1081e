import { expect, test } from 'vitest';
import { MachineHistory } from '../../../src/commands/watch/live/machine-history.ts';
import { dnsQuery } from '../../../src/core/record/tables/dns-query.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { recordScreen } from '../../support/recorded-screen.ts';
import { Story } from '../../support/screen-story.ts';

const { machine } = await recordScreen();
const open = (width: number, height: number): Story => new Story(machine, { tab: 'stats', width, height });

test('a protocol is indented by its depth, and known by its path once the rows are sorted', () => {
  const story = open(80, 24);
  expect(story.lines.slice(4, 8).map((line) => line.slice(0, 9).trimEnd())).toEqual([
    ' eth',
    '  ip',
    '   tcp',
    '    tls',
  ]);
  story.press('s');
  expect(story.notice).toBe('sorted by path ▲');
  expect(story.text).toContain(' eth/ip/tcp');
  expect(story.text).not.toContain('   tcp');
});

test('handshakes are counted by range, and what is said of all of them stands below', () => {
  const { lines } = open(120, 40);
  const right = lines.slice(2, 14).map((line) => line.slice(72).trimEnd());
  expect(right[0]).toMatch(/^─ Handshakes 8 ─+$/);
  expect(right.slice(2, 9).map((line) => line.trim().split(/ +/)[0])).toEqual([
    '<1ms',
    '1-5ms',
    '5-10ms',
    '10-50ms',
    '50-100ms',
    '100-500ms',
    '>500ms',
  ]);
  expect(right[2]).toMatch(/ 7 +87.5 % █+$/);
  expect(right.slice(9, 11).join(' ')).toMatch(/^ min 0.018 ms +avg .+ median .+ p95 .+ max 24.7 ms/);
});

test('lists of messages share a place in a low terminal, and Tab goes through them', () => {
  const story = open(80, 24);
  const title = () => story.lines[14]!.replace(/─+$/, '').trim();
  expect(title()).toBe('─ DNS queries 2  │  HTTP requests 2  │  TLS sessions 6');
  story.press('tab', 'tab', 'tab');
  expect(story.text).toContain('/nowhere');
  expect(story.press('tab', 'end').text).toContain('secure.example');
  expect(title()).toBe('─ DNS queries 2  │  HTTP requests 2  │  TLS sessions 6');
});

test('in a high one all are there, and a click selects a row of each', () => {
  const story = open(200, 60);
  for (const [said, focus] of [
    ['missing.example', 2],
    ['/nowhere', 3],
    ['secure.example', 4],
  ] as const) {
    const row = story.lines.findIndex((line) => line.includes(said));
    story.mouse('press', 5, row);
    expect([said, story.model.focus.stats]).toEqual([said, focus]);
    expect(story.coloured[row]).toMatch(/^\x1b\[7m/);
  }
});

test.each([
  [40, 10],
  [66, 16],
  [100, 300],
])('every line is as wide as a terminal of %i×%i', (width, height) => {
  const story = open(width, height);
  for (let focus = 0; focus < 5; focus++) expect(story.press('tab').lines).toHaveLength(height);
});

test('messages that are no longer kept are counted, and no limit looks like a count', () => {
  const history = new MachineHistory();
  const look = (count: number): Story => {
    const rows = Array.from({ length: count }, (_, id) => ({
      ...unknownRow(dnsQuery),
      time: `${id}`,
      id,
      name: `n${id}`,
    }));
    history.ingestSections([{ table: dnsQuery, rows: rows as never }]);
    const { current } = history;
    return new Story({ ...current, at: machine.at }, { tab: 'stats', width: 200, height: 60 });
  };
  expect(look(900).text).toContain('─ DNS queries 900 ─');
  const story = look(600);
  expect(story.text).toContain('─ DNS queries last 1000 of 1500 ─');
  expect(story.resize(80, 24).text).toContain('─ DNS queries last 1000 of 1500  │  HTTP requests 0  │');
  story.press('tab', 'tab', 'tab');
  expect(story.text).toContain('─ DNS queries 1000+  │  HTTP requests 0  │');
  story.press('backtab', '/').type('name == n5').press('enter');
  expect(story.text).toContain('─ DNS queries 1 of 1000+  │');
});
