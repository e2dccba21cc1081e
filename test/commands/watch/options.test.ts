import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readArguments } from '../../../src/commands/arguments/arguments.ts';
import { parseSettings } from '../../../src/commands/arguments/settings.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { TAB_NAMES } from '../../../src/commands/watch/model/model.ts';
import { noTerminal } from '../../../src/commands/watch/no-terminal.ts';
import { refuseOptions, type WatchValues } from '../../../src/commands/watch/watch-values.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';

const watch = COMMANDS.find(({ name }) => name === 'watch')!;
const read = (words: readonly string[], settings: object | null = null): WatchValues => {
  const file = { file: 'config.json', json: JSON.stringify(settings), isSecret: false };
  const defaults = settings === null ? null : parseSettings(file, watch, COMMANDS);
  return readArguments(watch, true, words, defaults).values as unknown as WatchValues;
};

test.each([
  [[], 'netwatch conns --interval 1'],
  [['--tab', 'interfaces'], 'netwatch ifaces --interval 1'],
  [['--tab', 'packets', '-f', 'dns'], 'netwatch capture --filter dns'],
  [['-r', 'a b.pcap', '--tab', 'stats'], "netwatch stats -r 'a b.pcap'"],
  [['-r', 'x.pcap', '--tab', 'topology'], 'netwatch conns --summary remote -r x.pcap'],
])('in a pipe, watch %j says which command prints the same', async (words, command) => {
  const { status, out, said } = await netwatch('watch', ...words);
  expect([status, out]).toEqual([64, '']);
  expect(said.join('\n')).toContain('watch needs a terminal for its screen');
  expect(said.join('\n')).toContain(`${command} prints the same`);
});

test.each(TAB_NAMES)('the command of %s is one that netwatch understands, live and of a capture', (tab) => {
  for (const file of [null, 'test/captures/none.pcap']) {
    const { hint } = noTerminal({ tab, read: file, filter: null }, 'none');
    const [, name, ...rest] = hint!.replace(' prints the same', '').split(' ');
    const command = COMMANDS.find((one) => one.name === name)!;
    expect(() => readArguments(command, true, rest, null)).not.toThrow();
  }
});

test('a terminal that cannot move its cursor shows no screen', () => {
  const { exit, message } = noTerminal({ tab: null, read: null, filter: null }, 'dumb');
  expect([exit, message]).toEqual([64, 'watch needs a terminal that can move its cursor, and TERM is dumb']);
});

test.each([
  [['--refresh', '99'], '--refresh "99" is not a whole number from 100 to 3600000'],
  [['--tab', 'map'], '--tab "map" is not one of dashboard, connections'],
  [['--theme', 'pink'], '--theme "pink" is not one of terminal, dark'],
  [['--pace', '3'], '--pace "3" is not one of end, step, 1, 2, 10, 100'],
  [['--lang', 'no language'], '--lang "no language" is not a language tag'],
  [['--dry-run'], 'unknown option --dry-run'],
  [['--lites'], '--lite'],
])('watch %j is refused where it is typed', async (words, message) => {
  const { status, said } = await netwatch('watch', ...words);
  expect(status).toBe(64);
  expect(said.join('\n')).toContain(message);
});

test('options that contradict each other are refused', () => {
  expect(() => refuseOptions(read(['-r', 'x', '--bpf', 'tcp']))).toThrow('--bpf needs a live capture');
  // a default of the configuration is there without a capture, too
  expect(() => refuseOptions(read([], { pace: '2' }))).not.toThrow();
  expect(() => refuseOptions(read(['-r', 'x', '--pace', '2']))).not.toThrow();
});

const ALL = {
  refresh: 500,
  interface: 'eth0',
  'no-dns': true,
  'no-probe': true,
  tab: 'stats',
  filter: 'packets > 1',
  bpf: 'tcp',
  theme: 'dark',
  lang: 'de',
  lite: true,
  geoip: ['a.mmdb', 'b.mmdb'],
};

test('the configuration file sets all of them, for every command or for this one', () => {
  const expected = { ...ALL, read: null };
  expect(read([], ALL)).toMatchObject(expected);
  expect(read([], { watch: ALL })).toMatchObject(expected);
  expect(read(['--theme', 'light', '--refresh', '100'], { watch: ALL })).toMatchObject({
    theme: 'light',
    refresh: 100,
  });
  expect(() => read([], { watch: { theme: 'pink' } })).toThrow('theme "pink" is not one of');
  expect(() => read([], { watch: { tabs: 'stats' } })).toThrow('unknown setting "watch.tabs"');
});

test('config show lists them', async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-watch-'));
  const file = path.join(folder, 'config.json');
  fs.writeFileSync(file, JSON.stringify({ watch: { theme: 'dark', lite: true } }));
  const { status, out } = await netwatch('config', 'show', 'watch', '--json', '--config', file);
  fs.rmSync(folder, { recursive: true });
  expect(status).toBe(0);
  const rows = recordsOf<{ name: string; value: string | null; source: string }>(out);
  const of = (name: string) => rows.find((row) => row.name === name);
  expect(of('theme')).toMatchObject({ value: 'dark', source: 'file', commands: ['watch'] });
  expect(of('lite')).toMatchObject({ value: 'true', source: 'file' });
  expect(of('refresh')).toMatchObject({ value: null, source: 'default' });
  for (const name of Object.keys(ALL)) expect(of(name)).toBeDefined();
});

test('help lists each option once, and the language as that of the screen', async () => {
  const { out } = await netwatch('watch', '--help');
  for (const name of [...Object.keys(ALL), 'read', 'pace', 'quiet', 'color', 'lang'])
    expect([name, out.match(new RegExp(`--${name}\\b(?=[ \\n])`, 'g'))?.length]).not.toEqual([name, undefined]);
  expect(out.match(/^ {6}--lang /gm)).toHaveLength(1);
  expect(out).toContain('Speak this language');
});
