import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { settingRows } from '../../../src/commands/about/setting-rows.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import type { SettingRow } from '../../../src/core/record/tables/setting.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';

const READERS = COMMANDS.filter(({ kind }) => kind !== 'text').map(({ name }) => name);
const UNTYPED = { config: null, color: null, lang: null, quiet: false, verbose: false };
let folder = '';
let file = '';
beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-config-'));
  file = path.join(folder, 'config.json');
  fs.writeFileSync(
    file,
    '{"color": "never",\n "interval": "2s", "quiet": false,\n "conns": {"fields": ["pid", "state"], "interval": "5s"}}',
  );
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

async function shown(argv: readonly string[], env: Record<string, string> = {}): Promise<readonly SettingRow[]> {
  const { status, out } = await runInProcess(['config', 'show', '--json', ...argv], {
    env: { NETWATCH_CONFIG: 'none', ...env },
  });
  expect(status).toBe(0);
  return recordsOf<SettingRow>(out);
}

test('every setting has a value for each command that has it, once', async () => {
  const rows = await shown(['--config', file]);
  const pairs = rows.flatMap(({ name, commands }) => commands.map((command) => `${command} ${name}`));
  expect(new Set(pairs).size).toBe(pairs.length);
  for (const pair of ['conns interval', 'probe append', 'doctor color', 'stats config', 'config lang'])
    expect(pairs).toContain(pair);
  for (const pair of ['conns help', 'conns version', 'stats wait', 'completion color'])
    expect(pairs).not.toContain(pair);
  expect(rows.map(({ name }) => name)).toEqual(rows.map(({ name }) => name).toSorted());
});

test('each says where it comes from: the file with its place, the option that names it, the default', async () => {
  const set = await shown(['--config', file, '-f', 'source != default']);
  const from = (place: string) => ({ type: 'setting', source: 'file', origin: file, place });
  expect(set).toEqual([
    { ...from('line 1, column 2'), name: 'color', value: 'never', commands: READERS },
    {
      type: 'setting',
      name: 'config',
      value: file,
      source: 'option',
      origin: '--config',
      place: null,
      commands: READERS,
    },
    { ...from('line 3, column 12'), name: 'fields', value: 'pid,state', commands: ['conns'] },
    { ...from('line 3, column 40'), name: 'interval', value: '5s', commands: ['conns'] },
    {
      ...from('line 2, column 2'),
      name: 'interval',
      value: '2s',
      commands: ['ifaces', 'stats', 'probe', 'export conns', 'export events', 'insights'],
    },
    { ...from('line 2, column 20'), name: 'quiet', value: 'false', commands: READERS },
  ]);
  const usual = { type: 'setting', source: 'default', origin: null, place: null };
  expect(await shown(['conns', '-f', 'name in {tcp, limit, color}'])).toEqual([
    { ...usual, name: 'color', value: 'auto', commands: ['conns'] },
    { ...usual, name: 'limit', value: null, commands: ['conns'] },
    { ...usual, name: 'tcp', value: 'false', commands: ['conns'] },
  ]);
});

test.each<[readonly string[], Record<string, string>, string, string, string | null]>([
  [[], {}, 'auto', 'default', null],
  [[], { NETWATCH_COLOR: 'always', FORCE_COLOR: '0', NO_COLOR: '1' }, 'always', 'environment', 'NETWATCH_COLOR'],
  [[], { NETWATCH_COLOR: 'never' }, 'never', 'environment', 'NETWATCH_COLOR'],
  [[], { NETWATCH_COLOR: 'auto', FORCE_COLOR: '1', NO_COLOR: '1' }, 'always', 'environment', 'FORCE_COLOR'],
  [[], { FORCE_COLOR: '0' }, 'never', 'environment', 'FORCE_COLOR'],
  [[], { FORCE_COLOR: 'false' }, 'never', 'environment', 'FORCE_COLOR'],
  [[], { NO_COLOR: '1' }, 'never', 'environment', 'NO_COLOR'],
  [[], { NO_COLOR: '' }, 'auto', 'default', null],
  [['--color', 'always'], { NO_COLOR: '1' }, 'always', 'option', '--color'],
])('color: %j with %j', async (argv, env, value, source, origin) => {
  const rows = await shown([...argv, 'conns', '-f', 'name == color'], env);
  expect(rows).toEqual([{ type: 'setting', name: 'color', value, source, origin, place: null, commands: ['conns'] }]);
});

test('what was typed comes before the file, and the variable names the file', async () => {
  const rows = await shown(
    ['-q', '-v', '--lang', 'de', 'conns', '-f', 'name in {config, color, lang, quiet, verbose}'],
    {
      NETWATCH_CONFIG: file,
      NO_COLOR: '1',
    },
  );
  expect(rows.map(({ name, value, source, origin }) => [name, value, source, origin])).toEqual([
    ['color', 'never', 'file', file],
    ['config', file, 'environment', 'NETWATCH_CONFIG'],
    ['lang', 'de', 'option', '--lang'],
    ['quiet', 'true', 'option', '--quiet'],
    ['verbose', 'true', 'option', '--verbose'],
  ]);
});

test('a file that sets colour to auto leaves it to the variables', () => {
  const json = '{"color": "auto"}';
  const rows = (env: Record<string, string>) =>
    settingRows(COMMANDS.slice(0, 1), COMMANDS, { file, json, isSecret: false }, UNTYPED, env).find(
      ({ name }) => name === 'color',
    );
  expect(rows({ NO_COLOR: '1' })).toMatchObject({ value: 'never', source: 'environment', origin: 'NO_COLOR' });
  expect(rows({})).toMatchObject({ value: 'auto', source: 'file', origin: file, place: 'line 1, column 2' });
});

test('the values of a secret file are not shown', () => {
  const from = { file, json: '{"limit": 7}', isSecret: true };
  expect(
    settingRows(COMMANDS.slice(0, 1), COMMANDS, from, UNTYPED, {}).filter(({ source }) => source === 'file'),
  ).toEqual([
    { name: 'limit', value: null, source: 'file', origin: file, place: 'line 1, column 2', commands: ['conns'] },
  ]);
});

test('a file that a command would refuse is refused', async () => {
  const wrong = path.join(folder, 'wrong.json');
  for (const [json, message] of [
    ['{"conns": {"limit": "many"}}', /limit "many" is not a whole number/],
    ['{"nosuch": 1}', /unknown setting "nosuch"/],
    ['{', /is not JSON/],
  ] as const) {
    fs.writeFileSync(wrong, json);
    const { status, out, said } = await netwatch('config', 'show', '--config', wrong);
    expect([status, out, said[0]]).toEqual([78, '', expect.stringMatching(message)]);
  }
});

test.each([
  [['config'], 'config what?', 'netwatch config show'],
  [['config', 'shw'], 'config shw is not known', 'netwatch config show'],
  [['config', 'show', 'cons'], 'unknown command "cons"', 'did you mean conns?'],
  [['config', 'show', 'conns', 'xyz'], 'unknown command "xyz"', 'netwatch --help lists the commands'],
])('%j', async (argv, message, hint) => {
  const { status, out, said } = await runInProcess(argv, { env: { NETWATCH_CONFIG: 'none' } });
  expect([status, out, said]).toEqual([64, '', [message, hint]]);
});
