import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { everyOption } from '../../../src/commands/arguments/arguments.ts';
import { commandHelp } from '../../../src/commands/arguments/help.ts';
import { commandPage } from '../../../src/commands/docs/man-page.ts';
import { run } from '../../../src/commands/program/program.ts';
import { COMMANDS } from '../../../src/commands/program/registry.ts';
import { EXIT, Failure } from '../../../src/core/failure.ts';
import { FORMAT_NAMES } from '../../../src/core/output/format.ts';
import { type FakeOptions, fakeContext } from '../../support/fake-context.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';

const LOOPBACK = path.join(import.meta.dirname, '../../captures/loopback.pcap');
const PLATFORM = fakePlatform([readingOf([socketOf(), socketOf({ key: 2, state: 'CLOSE_WAIT', local_port: 7 })])]);

async function netwatch(words: readonly string[], options: FakeOptions = {}) {
  const context = fakeContext({ platform: PLATFORM, ...options });
  const status = await run(context, words);
  return { status, out: context.out(), said: context.said };
}

const USUAL = ['table', 'ndjson', 'json', 'tsv', 'csv', 'parquet', 'vertical'];
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  conns: [...USUAL, 'markdown', 'prometheus'],
  ifaces: [...USUAL, 'markdown', 'prometheus'],
  stats: [...USUAL, 'markdown', 'html'],
  whois: [...USUAL, 'markdown'],
  probe: [...USUAL, 'markdown', 'html', 'nagios', 'prometheus'],
  'export packets': ['table', 'ndjson', 'json', 'tsv', 'csv', 'parquet'],
  'export snapshot': ['ndjson', 'json'],
  'export diff': [...USUAL, 'markdown'],
  'export history': [...USUAL, 'markdown'],
};

describe.each(COMMANDS.flatMap((command) => (command.kind === 'listing' ? [[command.name, command] as const] : [])))(
  '%s',
  (name, command) => {
    const formats = FORMATS[name] ?? USUAL;

    test('help, man page and completion offer its formats, and those alone', async () => {
      const listed = `Output format: ${formats.join(', ')};`;
      expect(commandHelp(command, 120).replace(/\s+/g, ' ')).toContain(listed);
      expect(commandPage(command, '1')).toContain(listed);
      expect(everyOption(command).output!.choices).toEqual(formats);
    });

    test('others are refused', async () => {
      for (const format of FORMAT_NAMES.filter((one) => !formats.includes(one)))
        await expect(netwatch([...name.split(' '), `--output=${format}`])).rejects.toMatchObject({
          exit: EXIT.usage,
          message: `--output "${format}" is not one of ${formats.join(', ')}`,
        });
    });
  },
);

describe('-o prometheus', () => {
  test('of interfaces and of connections', async () => {
    expect((await netwatch(['ifaces', '-o', 'prometheus'])).out).toContain(
      '\nnode_network_receive_bytes_total{device="eth0"} 1000000\n',
    );
    expect((await netwatch(['conns', '-o', 'prometheus'])).out).toContain(
      '\nnetwatch_conns{proto="tcp",process="curl",state="close_wait"} 1\n',
    );
    expect((await netwatch(['conns', '-r', LOOPBACK, '-o', 'prometheus'])).out).toContain(
      '\nnetwatch_conns{proto="tcp",state="close"} 3\n',
    );
  });

  test('is the same on a terminal', async () => {
    const terminal = { columns: 40, rows: 10 };
    const { out } = await netwatch(['ifaces', '-o', 'prometheus'], { terminal });
    expect(out).toBe((await netwatch(['ifaces', '-o', 'prometheus'])).out);
  });

  test('of nothing it is help and type, and stderr has the reason', async () => {
    const { status, out, said } = await netwatch(['ifaces', '-o', 'prometheus', '-f', 'name == "none"']);
    expect([status, said]).toEqual([0, ['none of 1 iface record passes the filter']]);
    expect(out).toMatch(/^(# (HELP|TYPE) node_network_\w+ .+\n)+$/);
    expect((await netwatch(['ifaces', '-q', '-o', 'prometheus', '-f', 'name == "none"'])).said).toEqual([]);
  });

  test('goes with --filter, --expect and --wait', async () => {
    const { status, out } = await netwatch([
      ...['conns', '-o', 'prometheus', '-f', 'state == CLOSE_WAIT', '--expect', 'count(tcp) > 1'],
    ]);
    expect(status).toBe(1);
    expect(out).not.toContain('established');
    const waited = await netwatch(['conns', '-o', 'prometheus', '--wait', 'any(local_port == 7)', '--timeout', '1s']);
    expect(waited.out.match(/# TYPE netwatch_conns gauge/g)).toHaveLength(1);
  });

  test.each([
    ['conns --interval 1', '-o prometheus prints one snapshot: --interval cannot be used with it'],
    ['ifaces --count 2', '-o prometheus prints one snapshot: --count cannot be used with it'],
    ['ifaces --duration 2s', '-o prometheus prints one snapshot: --duration cannot be used with it'],
    ['ifaces --routes', '-o prometheus prints iface records, not route'],
    ['conns --events', '-o prometheus prints conn records, not conn_event'],
    ['conns --summary process', '-o prometheus prints conn records, not conn_summary'],
    ['conns --coverage', '--coverage cannot be used with -o prometheus'],
    ['conns --resolve', '--resolve cannot be used with -o prometheus'],
    ['ifaces --fields name', '--fields cannot be used with -o prometheus'],
    ['ifaces --sort name', '--sort cannot be used with -o prometheus'],
    ['conns --limit 1', '--limit cannot be used with -o prometheus'],
    ['conns --no-header', '--no-header cannot be used with -o prometheus'],
  ])('%s is refused', async (line, message) => {
    const refused = netwatch([...line.split(' '), '-o', 'prometheus']);
    await expect(refused).rejects.toBeInstanceOf(Failure);
    await expect(refused).rejects.toMatchObject({ exit: EXIT.usage, message });
  });
});

describe('-o markdown', () => {
  test('has the columns of a table, those that --fields chooses, and no header where none is wanted', async () => {
    const { out } = await netwatch(['conns', '-o', 'markdown', '--fields', 'process,local_port,rx_bytes']);
    expect(out).toBe('| PROCESS | PORT | RX |\n| --- | ---: | ---: |\n| curl | 50000 | 1 kB |\n| curl | 7 | 1 kB |\n');
    const bare = await netwatch(['ifaces', '-o', 'markdown', '--fields', 'name,mtu', '--no-header']);
    expect(bare.out).toBe('| eth0 | 1500 |\n');
    const head = (text: string) => text.split('\n')[0]!.slice(2, -2).split(' | ');
    const table = await netwatch(['ifaces', '-o', 'table']);
    expect(head((await netwatch(['ifaces', '-o', 'markdown'])).out)).toEqual(table.out.split('\n')[0]!.split(/ {2,}/));
  });

  test('a name cannot become another cell, a row or a link', async () => {
    const name = 'a|b\n`c` [d](e) <f>\x1b[2J';
    const platform = fakePlatform([readingOf([])], [[interfaceOf({ name })]]);
    const { out } = await netwatch(['ifaces', '-o', 'markdown', '--fields', 'name', '--no-header'], { platform });
    expect(out).toBe('| a\\|b\\\\n\\`c\\` \\[d\\](e) &lt;f&gt;\\\\x1b\\[2J |\n');
  });

  test('statistics are a table each', async () => {
    const { out } = await netwatch(['stats', '-r', LOOPBACK, '--by', 'ports,endpoints', '-o', 'markdown']);
    const tables = out.split('\n\n').map((one) => one.split('\n')[1]);
    expect(tables).toHaveLength(2);
    for (const rule of tables) expect(rule).toMatch(/^\| (---:? \| )*---: \|$/);
  });

  test('of nothing it is the header, and stderr has the reason', async () => {
    const none = { platform: fakePlatform([readingOf([])]) };
    const { status, out, said } = await netwatch(['conns', '-o', 'markdown', '--fields', 'proto'], none);
    expect([status, out, said]).toEqual([0, '| PROTO |\n| --- |\n', ['no conn records']]);
    const empty = path.join(os.tmpdir(), `netwatch-empty-${process.pid}.pcap`);
    fs.writeFileSync(empty, fs.readFileSync(LOOPBACK).subarray(0, 24));
    const read = await netwatch(['conns', '-r', empty, '-o', 'markdown', '--fields', 'proto']);
    fs.rmSync(empty);
    expect([read.status, read.out, read.said]).toEqual([0, '| PROTO |\n| --- |\n', ['no conn records']]);
  });

  test('snapshots follow each other below one header', async () => {
    const { out } = await netwatch([
      ...['ifaces', '-o', 'markdown', '--fields', 'name', '--interval', '1', '--count', '3'],
    ]);
    expect(out).toBe('| NAME |\n| --- |\n| eth0 |\n| eth0 |\n| eth0 |\n');
  });
});
