import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { everyOption } from '../../../src/commands/arguments/arguments.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';

// relative, for what is printed of a long command line is cut
const here = (file: string): string => path.relative(process.cwd(), path.join(import.meta.dirname, file));
const MACHINE = here('../../hosts/linux');
const CAPTURES = here('../../captures');
const capture = path.join(CAPTURES, fs.readdirSync(CAPTURES).find((name) => name.endsWith('.pcap'))!);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-root-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

const HINT =
  '--root works with netwatch conns, ifaces, capture --devices, export conns, export snapshot, export metrics, insights and doctor';

test('commands that read a machine take --root, and no others do', () => {
  const taking = COMMANDS.filter((command) => Object.hasOwn(everyOption(command), 'root')).map(({ name }) => name);
  expect(taking).toEqual([
    'conns',
    'ifaces',
    'capture',
    'export conns',
    'export snapshot',
    'export metrics',
    'insights',
    'doctor',
  ]);
});

describe('--root names another machine', () => {
  test('of interfaces to capture on', async () => {
    const { out, status } = await netwatch('capture', '-D', '--root', MACHINE, '--json');
    expect([status, recordsOf(out).map(({ name, is_default }) => [name, is_default])]).toEqual([
      0,
      [
        ['lo', false],
        ['eth0', true],
        ['wlan0', false],
        ['br0', false],
        ['veth1', false],
        ['veth0', false],
        ['tun0', false],
        ['eth0.5', false],
        ['any', false],
      ],
    ]);
  });

  test('which must be one', async () => {
    const { out, said, status } = await netwatch('capture', '-D', '--root', folder);
    expect([status, out, said]).toEqual([66, '', [`no saved machine in ${folder}: it has neither proc/ nor run/`]]);
  });
});

describe('--root is refused where no machine is read', () => {
  test.each([
    [['probe', '127.0.0.1'], '--root cannot be used with probe'],
    [['stats', '-r', capture], '--root cannot be used with stats'],
    [['stats', '-i', 'lo'], '--root cannot be used with stats'],
    [['follow', '-r', capture], '--root cannot be used with follow'],
    [['export', 'packets', '-r', capture], '--root cannot be used with export packets'],
    [['export', 'conns', '-r', capture], '--root cannot be used with --read'],
    [['export', 'streams', '-r', capture], '--root cannot be used with export streams'],
    [['fields', 'conn'], '--root cannot be used with fields'],
    [['schema', 'conn'], '--root cannot be used with schema'],
    [['completion', 'bash'], '--root cannot be used with completion'],
    [['capture', '-i', 'lo'], '--root needs --devices'],
    [['capture', '-r', capture], '--root needs --devices'],
    [['conns', '-r', capture], '--root cannot be used with --read'],
    [['ifaces', '-r', capture], '--root cannot be used with --read'],
  ])('%j', async (argv, message) => {
    const { out, said, status } = await netwatch(...argv, `--root=${MACHINE}`);
    expect([status, out, said[0], said.at(-1)]).toEqual([64, '', message, HINT]);
    // the word is pointed at
    expect(said[2]!.trim()).toBe('^'.repeat(`--root=${MACHINE}`.length));
  });
});

describe('root of the configuration file', () => {
  const file = path.join(folder, 'config.json');
  const withSettings = (settings: unknown, ...argv: readonly string[]) => {
    fs.writeFileSync(file, JSON.stringify(settings));
    return runInProcess([...argv, '--config', file]);
  };
  const names = (out: string): readonly unknown[] => recordsOf(out).map(({ name }) => name);

  test('counts where a machine is read', async () => {
    const { out, status } = await withSettings({ root: MACHINE }, 'ifaces', '--json');
    expect([status, names(out)]).toEqual([0, ['lo', 'eth0', 'wlan0', 'br0', 'veth1', 'veth0', 'tun0', 'eth0.5']]);
  });

  test('and is nothing to what reads none', async () => {
    const settings = { root: path.join(folder, 'nowhere') };
    const packets = await withSettings(settings, 'capture', '-r', capture, '--json', '-c', '1');
    expect([packets.status, recordsOf(packets.out).length]).toEqual([0, 1]);
    expect((await withSettings(settings, 'conns', '-r', capture, '--json', '--limit', '1')).status).toBe(0);
    expect((await withSettings(settings, 'fields', 'conn')).status).toBe(0);
    // the same folder where it counts
    expect((await withSettings(settings, 'ifaces')).status).toBe(66);
  });

  test('is no setting of a command that does not take it', async () => {
    const { said, status } = await withSettings({ probe: { root: MACHINE } }, 'probe', '127.0.0.1');
    expect([status, said[0]]).toEqual([78, `${file}: line 1, column 11: unknown setting "probe.root"`]);
  });
});
