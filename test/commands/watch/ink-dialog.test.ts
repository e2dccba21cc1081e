import { beforeAll, expect, test, vi } from 'vitest';
import { openInkScreen, type PlacedDialog } from '../../../src/commands/watch/ink-screen.ts';
import type { Machine } from '../../../src/commands/watch/model/machine.ts';
import { fitDialog } from '../../../src/commands/watch/model/table-dialog.ts';
import { placeDialog } from '../../../src/commands/watch/place-dialog.ts';
import { widthOf } from '../../../src/core/output/text-width.ts';
import { type DnsServerRow, dnsServer, type RouteRow, route } from '../../../src/core/record/tables/network-config.ts';
import { unknownRow } from '../../../src/core/record/unknown-row.ts';
import { themeNamed } from '../../../src/core/screen/theme.ts';
import { loadInkTable } from '../../support/ink-table.ts';
import { ifaceNamed, machineOf, plain, STORY_KEYS, Story } from '../../support/screen-story.ts';

// unbundled, ink-table requires the ink that is loaded already; bundled, the build gives it another module
beforeAll(() => {
  loadInkTable();
});

const MACHINE: Machine = machineOf([], {
  ifaces: [
    ifaceNamed('eth0', 1, { ipv6: ['2001:db8::1/64', 'fe80::1/64'], rx_rate: 5 }),
    ifaceNamed('ét\x1b[2Jh1', 2, { ipv4: [], ipv6: [] }),
  ],
  routes: [
    { ...unknownRow(route), dst: 'default', gateway: '192.0.2.254', iface: 'eth0', metric: 100, table: 'main' },
    { ...unknownRow(route), dst: '192.0.2.1', iface: 'eth0', table: 'local' },
    { ...unknownRow(route), dst: '10.0.0.0/8', iface: 'eth1', table: 'main' },
  ] as RouteRow[],
  dnsServers: [{ ...unknownRow(dnsServer), addr: '192.0.2.53', iface: null, source: 'resolv.conf' }] as DnsServerRow[],
});

/** What Ink paints for the story. */
async function painted(story: Story): Promise<{ lines: readonly string[]; paints: number; again: () => number }> {
  let lines: readonly string[] = [];
  let paints = 0;
  const screen = openInkScreen(
    (next) => {
      lines = next;
      paints++;
    },
    (error) => {
      throw error;
    },
  );
  const show = (): void => screen.show(story.coloured, placeDialog(STORY_KEYS, story.model));
  show();
  await vi.waitFor(() => expect(lines.map(plain).join('\n')).toMatch(/┌─|\+--/));
  const before = paints;
  show();
  const again = paints - before;
  await screen.close();
  return { lines, paints, again: () => again };
}

test.each([
  [80, 24],
  [120, 40],
  [200, 60],
])('Enter shows addresses, routes and DNS servers of the interface, drawn by Ink, at %i×%i', async (width, height) => {
  const story = new Story(MACHINE, { tab: 'interfaces', width, height }).press('enter');
  expect(story.text).toContain('192.0.2.254');
  const { lines, again } = await painted(story);
  expect(lines.length).toBe(height);
  const plainLines = lines.map(plain);
  for (const line of plainLines) expect(widthOf(line)).toBeLessThanOrEqual(width);
  expect(plainLines[0]).toBe(story.lines[0]);
  expect(plainLines.at(-1)).toBe(story.lines.at(-1));
  const text = plainLines.join('\n');
  for (const one of ['eth0  ethernet  up', '192.0.2.1/24', '192.0.2.254', '192.0.2.53']) expect(text).toContain(one);
  expect(text).not.toContain('10.0.0.0/8');
  expect(text.split('\n').filter((line) => line.includes('┌')).length).toBeGreaterThan(0);
  expect(again()).toBe(1);
});

test('a dialog has no colours and only ASCII where the terminal has neither', async () => {
  const story = new Story(MACHINE, { tab: 'interfaces' });
  const theme = themeNamed('ascii', false);
  story.model = { ...story.model, settings: { ...story.model.settings, theme } };
  const { lines } = await painted(story.press('enter'));
  const dialog = lines.slice(2, -2).join('\n');
  expect(dialog).toMatch(/^[\x20-\x7e\n─-╿╭╮╯╰]*$/);
  expect(dialog).not.toContain('\x1b');
  expect(dialog).not.toMatch(/[─-╿]/);
});

test('what comes from outside is ASCII in it', () => {
  const story = new Story(MACHINE, { tab: 'interfaces' }).press('down', 'enter');
  const { content } = placeDialog(STORY_KEYS, story.model) as PlacedDialog;
  expect(content.title).toBe('?t?[2Jh1  ethernet  up');
  expect(content.tables.map(({ rows }) => rows)).toEqual([[['192.0.2.53', 'resolv.conf']]]);
});

test('the same data is the same dialog, other data another', () => {
  const story = new Story(MACHINE, { tab: 'interfaces' }).press('enter');
  const content = () => placeDialog(STORY_KEYS, story.model)!.content;
  const first = content();
  story.look({ ...MACHINE });
  expect(content()).toBe(first);
  story.look({ ...MACHINE, dnsServers: [] });
  expect(content()).not.toBe(first);
});

test('ten rows at most, fewer where there is no room, and it is said how many are missing', () => {
  const rows = Array.from({ length: 30 }, (_, index) => [`192.0.2.${index}`]);
  const dialog = {
    title: 'x',
    tables: [
      { columns: ['a'], rows },
      { columns: ['b'], rows },
    ],
  };
  const counts = (width: number, height: number) => {
    const { tables, missing } = fitDialog(dialog, width, height);
    return [...tables.map((table) => table.rows.length), missing];
  };
  expect(counts(80, 60)).toEqual([5, 5, 50]);
  expect(counts(80, 14)).toEqual([3, 3, 54]);
  expect(counts(30, 20)).toEqual([3, 2, 55]);
  expect(counts(80, 5)).toEqual([60]);
});

test('Esc closes it, and Enter says why it cannot act on another list', () => {
  const story = new Story(MACHINE, { tab: 'interfaces' }).press('enter', 'escape');
  expect(story.model.popup).toBeNull();
  expect(story.press('tab', 'enter').notice).toBe('enter does nothing here: ? shows the keys');
});

test('nothing is painted before there is something to show', async () => {
  const paints: (readonly string[])[] = [];
  const screen = openInkScreen(
    (lines) => void paints.push(lines),
    (error) => {
      throw error;
    },
  );
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(paints).toEqual([]);
  screen.show(['a', 'b']);
  await vi.waitFor(() => expect(paints).toEqual([['a', 'b']]));
  await screen.close();
  expect(paints).toHaveLength(1);
});
