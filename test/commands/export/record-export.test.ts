import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fakePlatform, readingOf, socketOf } from '../../support/fake-platform.ts';
import { netwatch, recordsOf, runInProcess } from '../../support/in-process.ts';

const CAPTURE = path.resolve('test/captures/loopback.pcap');
const MACHINE = path.resolve('test/hosts/linux');
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-export-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);
const textOf = (name: string): string => fs.readFileSync(at(name), 'utf8');

describe('what is exported is what the command prints', () => {
  test.each([
    [
      ['conns', '--root', MACHINE],
      ['conns', '--root', MACHINE],
    ],
    [
      ['conns', '-r', CAPTURE, '--sort', 'rx_bytes:desc', '--limit', '3'],
      ['conns', '-r', CAPTURE, '--sort', 'rx_bytes:desc', '--limit', '3'],
    ],
    [
      ['conns', '-r', CAPTURE, '--summary', 'remote'],
      ['conns', '-r', CAPTURE, '--summary', 'remote'],
    ],
    [
      ['streams', '-r', CAPTURE],
      ['follow', '-r', CAPTURE, '--list'],
    ],
    [
      ['streams', '-r', CAPTURE, '--tcp', '-f', 'packets > 5'],
      ['follow', '-r', CAPTURE, '--list', '--tcp', '-f', 'packets > 5'],
    ],
  ])('export %j', async (words, same) => {
    const expected = await netwatch(...same, '--json');
    expect(recordsOf(expected.out).length).toBeGreaterThan(0);
    expect(await netwatch('export', ...words, '--json')).toEqual(expected);
    expect(await netwatch('export', ...words, '--json', '-w', '-')).toEqual(expected);
    expect(await netwatch('export', ...words, '-w', at('a.ndjson'))).toMatchObject({ status: 0, out: '' });
    expect(textOf('a.ndjson')).toBe(expected.out);
    for (const format of ['json', 'tsv', 'csv']) {
      const printed = await netwatch(...same, '-o', format);
      await netwatch('export', ...words, '-w', at(`a.${format}`));
      expect(textOf(`a.${format}`)).toBe(printed.out);
    }
    for (const format of ['table', 'vertical'])
      expect((await netwatch('export', ...words, '-o', format)).out).toBe((await netwatch(...same, '-o', format)).out);
    const terminal = { columns: 100, rows: 30 };
    const drawn = await runInProcess(['export', ...words], { terminal });
    expect(drawn.out).toBe((await runInProcess(same, { terminal })).out);
    // --output counts more than the name
    await netwatch('export', ...words, '--json', '-w', at('b.csv'));
    expect(textOf('b.csv')).toBe(expected.out);
  });
});

test('connections that are exported are read back', async () => {
  await netwatch('export', 'conns', '--root', MACHINE, '-w', at('a.ndjson'));
  const again = await netwatch('conns', '-r', at('a.ndjson'), '--json');
  expect([again.status, again.out]).toEqual([0, textOf('a.ndjson')]);
});

test('a file is for its owner alone, is created exclusively, and stands for nothing when the run fails', async () => {
  const write = (...words: readonly string[]) =>
    netwatch('export', 'conns', '-r', CAPTURE, '-w', at('a.csv'), ...words);
  expect((await write()).said).toEqual([`wrote ${fs.statSync(at('a.csv')).size} bytes to ${at('a.csv')}`]);
  expect(fs.statSync(at('a.csv')).mode & 0o777).toBe(0o600);
  expect((await write()).status).toBe(73);
  fs.writeFileSync(at('a.csv'), 'old');
  expect((await write('--force')).status).toBe(0);
  expect(textOf('a.csv')).toMatch(/^proto,/);
  fs.symlinkSync(at('elsewhere'), at('link.csv'));
  expect((await netwatch('export', 'streams', '-r', CAPTURE, '-w', at('link.csv'))).status).toBe(73);
  expect(fs.existsSync(at('elsewhere'))).toBe(false);
  expect((await netwatch('export', 'streams', '-r', at('none.pcap'), '-w', at('b.csv'))).status).toBe(66);
  expect(fs.existsSync(at('b.csv'))).toBe(false);
});

test('events go to the file as they come, and the file ends with the run', async () => {
  const platform = fakePlatform([readingOf([socketOf()]), readingOf([socketOf(), socketOf({ key: 2 })])]);
  const { status } = await runInProcess(
    ['export', 'conns', '--events', '--interval', '1', '--count', '1', '-w', at('a.ndjson')],
    { platform },
  );
  expect([status, recordsOf(textOf('a.ndjson')).map(({ event }) => event)]).toEqual([0, ['opened']]);
});

describe('what is refused', () => {
  test.each<[string[], string]>([
    [['conns', '-w', 'x.pcap'], '--write "x.pcap" says no format of records'],
    [['conns', '-w', 'x'], '--write "x" says no format of records'],
    [['streams', '-w', 'x.txt'], '--write "x.txt" says no format of records'],
    [['streams', '--stream', '3'], 'unknown option --stream'],
    [['streams', '--as', 'raw'], 'unknown option --as'],
    [
      ['conns', '-o', 'prometheus'],
      '--output "prometheus" is not one of table, ndjson, json, tsv, csv, parquet, vertical',
    ],
  ])('export %j', async (words, message) => {
    const { status, said, out } = await netwatch('export', ...words);
    expect([status, said[0], out]).toEqual([64, message, '']);
  });
});

test('--safe-csv is CSV in which no text is a formula', async () => {
  const names = ['=1+1', '+1', '-1', '@A', '\t=1', '\r=1', 'plain'];
  const saved = (
    await runInProcess(['conns', '--json'], {
      platform: fakePlatform([readingOf(names.map((_, key) => socketOf({ key })))]),
    })
  ).out;
  const renamed = recordsOf(saved).map((row, index) => JSON.stringify({ ...row, process: names[index], rtt_ms: -1.5 }));
  fs.writeFileSync(at('a.ndjson'), `${renamed.join('\n')}\n`);
  const words = ['-r', at('a.ndjson'), '--fields', 'process,rtt_ms', '-H'];
  const expected = ["'=1+1,-1.5", "'+1,-1.5", "'-1,-1.5", "'@A,-1.5", "'\\t=1,-1.5", "'\\r=1,-1.5", 'plain,-1.5', ''];
  expect((await netwatch('conns', ...words, '--safe-csv')).out.split('\n')).toEqual(expected);
  await netwatch('export', 'conns', ...words, '--safe-csv', '-w', at('b.txt'));
  expect(textOf('b.txt').split('\n')).toEqual(expected);
  expect((await netwatch('conns', '--safe-csv', '--json')).status).toBe(64);
  for (const command of [['ifaces'], ['stats'], ['probe'], ['follow'], ['capture'], ['whois']])
    expect((await netwatch(...command, '--help')).out).toContain('--safe-csv');
});
