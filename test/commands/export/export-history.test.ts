import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import zlib from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { type FakeOptions, fakeContext, START_MS } from '../../support/fake-context.ts';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';
import { expectRecord } from '../../support/record-schema.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-history-'));
  file = path.join(folder, 'conns.ndjson');
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const one = socketOf();
const other = socketOf({ key: 2, remote_addr: '203.0.113.9' });
/** A machine on which one connection opens, and then another closes. */
const platform = () =>
  fakePlatform([readingOf([one]), readingOf([one, other]), readingOf([other])], undefined, [[], [], [one], []]);
const watch = (words: readonly string[] = [], options: FakeOptions = { platform: platform() }) =>
  runInProcess(['conns', '--events', '--interval', '1', '--count', '2', '--append', file, ...words], options);
const history = (...words: readonly string[]) => runInProcess(['export', 'history', file, ...words]);
const linesOf = (name = file): readonly string[] => fs.readFileSync(name, 'utf8').trimEnd().split('\n');

describe('conns --events --append', () => {
  test('keeps each event with all its fields, for its owner alone, and prints nothing', async () => {
    const { status, out, said } = await watch();
    expect([status, out, said]).toEqual([0, '', []]);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const rows = recordsOf(linesOf().join('\n'));
    for (const row of rows) expectRecord(row);
    expect(rows.map(({ event, remote_addr }) => [event, remote_addr])).toEqual([
      ['opened', '203.0.113.9'],
      ['closed', one.remote_addr],
    ]);
  });

  test('adds to what is there, and prints what is asked for', async () => {
    await watch();
    const { out } = await watch(['--json', '--fields', 'event']);
    expect(recordsOf(out).map(({ event }) => event)).toEqual(['opened', 'closed']);
    expect(linesOf().length).toBe(4);
    expect(linesOf()[3]).toBe(linesOf()[1]);
  });

  test('keeps those that pass the filter and the selection', async () => {
    await watch(['-f', 'event == closed']);
    await watch(['--udp']);
    expect(recordsOf(linesOf().join('\n')).map(({ event }) => event)).toEqual(['closed']);
  });

  test('turns the file away when it is full', async () => {
    await watch();
    await watch(['--append-max', '3500']);
    expect([linesOf().length, linesOf(`${file}.1`).length]).toEqual([2, 2]);
  });

  test('begins a line of its own after one that is cut short', async () => {
    await watch();
    fs.truncateSync(file, fs.statSync(file).size - 100);
    await watch();
    expect(linesOf().length).toBe(4);
    expect(await history('--json')).toMatchObject({ status: 0, said: [`${file}: skipped 1 line without a record`] });
  });

  test('a link is refused', async () => {
    fs.symlinkSync(path.join(folder, 'elsewhere'), file);
    const { status, said } = await watch();
    expect([status, said[0]]).toEqual([73, `${file} cannot be opened: it is a link`]);
  });

  /** A machine on which nothing happens. */
  const quiet = (): FakeOptions => ({ platform: fakePlatform([readingOf([one])]) });

  test('makes the file before the first event', async () => {
    expect(await watch([], quiet())).toMatchObject({ status: 0, said: ['no connection opened, changed or closed'] });
    expect([fs.readFileSync(file, 'utf8'), fs.statSync(file).mode & 0o777]).toEqual(['', 0o600]);
  });

  test.each<[string, () => string, string]>([
    ['in no folder', () => path.join(folder, 'none/conns.ndjson'), 'no such file or directory'],
    ['a folder', () => folder, 'it is a folder'],
    ['a device', () => '/dev/null', 'is a device or a pipe, not a file'],
    ['in a file', () => path.join(file, 'x'), 'not a directory'],
  ])('%s: is refused before there is an event', async (_what, nameOf, message) => {
    fs.writeFileSync(file, '');
    const argv = ['conns', '--events', '--interval', '1', '--count', '2', '--append', nameOf()];
    const { status, said } = await runInProcess(argv, quiet());
    expect([status, said[0]]).toEqual([73, expect.stringContaining(message)]);
  });

  test.each<[string[], string]>([
    [['conns', '--append', 'x'], '--append keeps a history of events: it needs --events'],
    [['conns', '--events', '--append-max', '5MB'], '--append-max needs --append'],
    [['conns', '--events', '--packets', '--append', 'x'], '--append cannot be used with --packets'],
    [['conns', '-r', 'x', '--append', 'x'], '--append needs a live machine, not --read'],
    [['export', 'conns', '--append', 'x'], 'unknown option --append'],
  ])('%j is refused', async (words, message) => {
    const { status, said } = await runInProcess(words, { platform: platform() });
    expect([status, said[0]]).toEqual([64, message]);
  });
});

describe('export history', () => {
  /** Events at so many hours before the present. */
  const write = (...events: readonly (readonly [hours: number, facts: object])[]): void => {
    const time = (hours: number): string => new Date(START_MS - hours * 3_600_000).toISOString();
    const usual = { type: 'conn_event', event: 'opened', process: 'curl', remote_addr: '192.0.2.7' };
    fs.writeFileSync(
      file,
      events.map(([hours, facts]) => `${JSON.stringify({ ...usual, time: time(hours), ...facts })}\n`).join(''),
    );
  };

  test('sums up what conns gathered', async () => {
    await watch();
    const { status, out, said } = await history('--by', 'remote', '--json');
    expect([status, said]).toEqual([0, []]);
    expect(recordsOf(out)).toMatchObject([
      { type: 'conn_history', by: 'remote', key: '203.0.113.9', opened: 1, closed: 0 },
      { key: one.remote_addr, opened: 0, closed: 1, rx_bytes: one.rx_bytes },
    ]);
  });

  test('since a time, by process unless asked, with FILE.1', async () => {
    write([200, { process: 'old' }], [100, { process: 'wget' }]);
    fs.renameSync(file, `${file}.1`);
    write([1, {}], [0.5, { event: 'closed', rx_bytes: 5 }]);
    const keys = async (...words: readonly string[]) =>
      recordsOf((await history('--json', ...words)).out).map(({ key }) => key);
    expect(await keys()).toEqual(['curl', 'old', 'wget']);
    expect(await keys('--since', '7d')).toEqual(['curl', 'wget']);
    expect(await keys('--since', '2026-01-02T02:10:00')).toEqual(['curl']);
    expect(await keys('--by', 'hour', '--since', '7d')).toEqual([
      '2025-12-28T23:00:00.000Z',
      '2026-01-02T02:00:00.000Z',
    ]);
    expect(await keys('-f', 'rx_bytes > 0')).toEqual(['curl']);
    expect(await history('--since', '1s')).toMatchObject({
      status: 0,
      said: ['no connection opened or closed in that time'],
    });
  });

  test('what is cut short, damaged, or of a later version is told and skipped', async () => {
    write(
      [3, {}],
      [2, { event: 'migrated' }],
      [1, { type: 'path_event' }],
      [1, { color: 'red' }],
      [1, { time: 'noon' }],
      [1, { time: '+275760-09-13T00:00:00.000Z' }],
      [1, { time: '-000001-01-01T00:00:00.000Z' }],
      [1, { event: null }],
    );
    fs.appendFileSync(file, 'nothing\n[]\n{"type":"conn_event","event":"ope');
    const { status, out, said } = await history('--json');
    expect([status, recordsOf(out).map(({ opened }) => opened)]).toEqual([0, [2]]);
    expect(said).toEqual([
      `${file}: skipped 6 lines without a record`,
      `${file}: skipped 2 records of another kind, or of a later version`,
      `${file}: the last line is cut short, so it was skipped`,
    ]);
  });

  describe('compressed', () => {
    const keys = async (name: string) => {
      const { status, out, said } = await runInProcess(['export', 'history', name, '--json']);
      const found = recordsOf<{ key: string }>(out).map(({ key }) => key);
      return { status, keys: found.sort(), said };
    };
    const pack = (name: string, packing: (bytes: Buffer) => Buffer = zlib.gzipSync): Buffer => {
      const packed = packing(fs.readFileSync(file));
      fs.writeFileSync(path.join(folder, name), packed);
      return packed;
    };

    test('by logrotate: as FILE.1.gz, and as a file of its own', async () => {
      write([3, { process: 'wget' }]);
      pack('conns.ndjson.1.gz');
      write([1, {}]);
      expect(await keys(file)).toEqual({ status: 0, keys: ['curl', 'wget'], said: [] });
      expect(await keys(`${file}.1.gz`)).toEqual({ status: 0, keys: ['wget'], said: [] });
      // none has been begun since
      fs.rmSync(file);
      expect(await keys(file)).toEqual({ status: 0, keys: ['wget'], said: [] });
      // one that is not compressed is the later
      write([2, { process: 'nc' }]);
      fs.renameSync(file, `${file}.1`);
      write([1, {}]);
      expect((await keys(file)).keys).toEqual(['curl', 'nc']);
    });

    test('several one after the other', async () => {
      write([2, {}]);
      const first = pack('first.gz');
      write([1, { process: 'wget' }]);
      fs.writeFileSync(path.join(folder, 'both.gz'), Buffer.concat([first, pack('second.gz')]));
      expect((await keys(path.join(folder, 'both.gz'))).keys).toEqual(['curl', 'wget']);
    });

    const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
    test.skipIf(zstdCompressSync === undefined)('with Zstandard', async () => {
      write([1, {}]);
      pack('conns.zst', zstdCompressSync);
      expect(await keys(path.join(folder, 'conns.zst'))).toEqual({ status: 0, keys: ['curl'], said: [] });
    });

    test.skipIf(zstdCompressSync !== undefined)('with Zstandard, which this node does not have', async () => {
      const name = path.join(folder, 'conns.zst');
      fs.writeFileSync(name, Buffer.from('28b52ffd0000', 'hex'));
      const { status, said } = await keys(name);
      expect([status, said]).toEqual([
        65,
        [
          expect.stringContaining(`${name} is compressed with zstd, which node`),
          `zstd -dc ${name} | netwatch …, with - in its place`,
        ],
      ]);
    });

    test('cut short at every length, it is told, and what there is of it is summed up', async () => {
      write(...Array.from({ length: 50 }, (_, n) => [n + 1, { remote_addr: `192.0.2.${n}` }] as const));
      const packed = pack('conns.gz');
      const name = path.join(folder, 'conns.gz');
      let most = 0;
      for (let length = 2; length < packed.length; length += 3) {
        fs.writeFileSync(name, packed.subarray(0, length));
        const { status, out, said } = await runInProcess(['export', 'history', name, '--json']);
        expect([length, said[0]]).toEqual([length, `${name} is cut short: what packs it ends early`]);
        const opened = recordsOf<{ opened: number }>(out)[0]?.opened ?? 0;
        expect([length, status]).toEqual([length, opened === 0 ? 65 : 0]);
        expect(opened).toBeGreaterThanOrEqual(most);
        most = opened;
      }
      expect(most).toBeGreaterThan(40);
    });

    test('damaged, it is refused, and no sum of a part is printed', async () => {
      write(...Array.from({ length: 50 }, (_, n) => [n + 1, { remote_addr: `192.0.2.${n}` }] as const));
      const packed = pack('conns.gz');
      const name = path.join(folder, 'conns.gz');
      for (const at of [packed.length - 6, packed.length >> 1]) {
        fs.writeFileSync(
          name,
          packed.map((byte, n) => (n === at ? byte ^ 0xff : byte)),
        );
        const { status, out, said } = await runInProcess(['export', 'history', name, '--json']);
        expect([at, status, out]).toEqual([at, 65, '']);
        expect(said.join()).toContain(`${name} cannot be decompressed: `);
      }
    });
  });

  test('an expectation is judged', async () => {
    write([1, {}]);
    expect((await history('--expect', 'none(key == nc)')).status).toBe(0);
    expect((await history('--fail-on', 'opened > 0')).status).toBe(1);
  });

  test.each<[() => string[], number, string]>([
    [() => [], 64, 'export history reads one file, not 0'],
    [() => [file, file], 64, 'export history reads one file, not 2'],
    [() => [path.join(folder, 'none')], 66, 'no such file or directory'],
    [() => [folder], 66, 'is a folder, not a file'],
    [() => ['/dev/zero'], 66, 'is a device, not a file'],
    [() => ['-', '-'], 64, 'export history reads one file, not 2'],
    [() => [file], 65, 'holds no event of a connection'],
    [() => [file, '--since', 'soon'], 64, '--since "soon" is no time'],
    [() => [file, '--by', 'port'], 64, '--by "port" is not one of process, remote, hour'],
  ])('%#: what is refused', async (words, status, message) => {
    fs.writeFileSync(file, '{"type":"conn"}\n');
    const ran = await runInProcess(['export', 'history', ...words()]);
    expect([ran.status, ran.out]).toEqual([status, '']);
    expect(ran.said.join('\n')).toContain(message);
  });
});

test('an interrupt ends the reading of a long history, and no sum of a part is printed', async () => {
  await watch();
  fs.writeFileSync(file, `${linesOf()[0]}\n`.repeat(5000));
  const context = fakeContext();
  let reads = 0;
  const { parse } = JSON;
  JSON.parse = (...args) => {
    if (++reads === 10) context.interrupt();
    return parse(...args);
  };
  try {
    expect(await run(context, ['export', 'history', file])).toBe(130);
  } finally {
    JSON.parse = parse;
  }
  expect([context.out(), reads]).toEqual(['', 10]);
});
