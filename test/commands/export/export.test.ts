import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../../../src/commands/program/program.ts';
import { fakeContext } from '../../support/fake-context.ts';

const CAPTURE = path.resolve('test/captures/loopback.pcap');
let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-export-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

async function exported(...words: readonly string[]) {
  const context = fakeContext();
  const status = await run(context, ['export', 'packets', '-r', CAPTURE, ...words]);
  return { status, out: context.out(), said: context.said };
}
const numbersOf = (text: string): number[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { number: number }).number);

test('records, to stdout and to a file, are the same', async () => {
  const printed = await exported('--json', '-f', 'frame.number <= 3');
  expect(numbersOf(printed.out)).toEqual([1, 2, 3]);
  expect(await exported('--json', '-f', 'frame.number <= 3', '-w', '-')).toEqual(printed);
  const named = await exported('-f', 'frame.number <= 3', '-w', at('a.ndjson'));
  expect(fs.readFileSync(at('a.ndjson'), 'utf8')).toBe(printed.out);
  const { length } = Buffer.from(printed.out);
  expect(named).toEqual({ status: 0, out: '', said: [`wrote ${length} bytes to ${at('a.ndjson')}`] });
  expect((await exported('--json', '-f', 'frame.number <= 3', '-w', at('b.txt'))).status).toBe(0);
  expect(fs.readFileSync(at('b.txt'), 'utf8')).toBe(printed.out);
});

test('records of more than is collected at once are whole', async () => {
  // a capture whose packets are there many times
  const bytes = fs.readFileSync(CAPTURE);
  fs.writeFileSync(at('many.pcap'), Buffer.concat([bytes, ...Array.from({ length: 7 }, () => bytes.subarray(24))]));
  const { out } = await exported('-r', at('many.pcap'), '--json', '--fields', 'all');
  expect(out.length).toBeGreaterThan(2 * 64 * 1024);
  await exported('-r', at('many.pcap'), '--fields', 'all', '-w', at('a.ndjson'));
  expect(fs.readFileSync(at('a.ndjson'), 'utf8')).toBe(out);
});

test('a capture, as its name says, to stdout as the one that is read; --limit counts packets', async () => {
  const { said } = await exported('-w', at('a.pcap'), '--limit', '2');
  expect(said).toEqual([`wrote 2 of 2 packets to ${at('a.pcap')}`]);
  await exported('-w', at('all.pcap'));
  expect(fs.readFileSync(at('all.pcap')).equals(fs.readFileSync(CAPTURE))).toBe(true);
  expect((await exported('-w', '-')).out).toBe(fs.readFileSync(CAPTURE).toString('latin1'));
  await exported('-w', at('none'), '--as', 'pcapng');
  expect(fs.readFileSync(at('none')).readUInt32BE(0)).toBe(0x0a0d0d0a);
});

test('the status of records that are written is that of their expectation, and a run that fails leaves no file', async () => {
  expect((await exported('-w', at('a.csv'), '--expect', 'count() == 0')).status).toBe(1);
  expect(fs.existsSync(at('a.csv'))).toBe(true);
  await expect(exported('-w', at('b.csv'), '-f', 'nothing ==')).rejects.toMatchObject({ exit: 64 });
  expect(fs.existsSync(at('b.csv'))).toBe(false);
  await expect(exported('-w', at('a.csv'))).rejects.toMatchObject({ exit: 73 });
  expect((await exported('-w', at('a.csv'), '--force')).status).toBe(0);
});

const EXAMPLE = "netwatch export packets -r all.pcap -f 'tcp and port 443' -w tls.pcap";

describe('what is refused', () => {
  const failing = async (...words: readonly string[]): Promise<unknown> =>
    run(fakeContext(), words).catch((error: unknown) => error);
  test.each<[string[], string, string | null]>([
    [['export'], 'export what?', EXAMPLE],
    [['export', '--', '--help'], 'export what?', EXAMPLE],
    [['export', '--', '-h'], 'export what?', EXAMPLE],
    [['export', '--lang', 'de', '--', '--help'], 'export what?', EXAMPLE],
    [['export', 'packet'], 'export packet is not known', 'did you mean netwatch export packets?'],
    [['export', 'zzzzzz'], 'export zzzzzz is not known', 'netwatch export --help lists what it can'],
    [['export', 'packets', 'x'], 'unexpected argument "x"', 'netwatch export packets --help'],
    [['export', 'packets'], 'export packets needs a capture', 'netwatch export packets -r FILE'],
    [['export', 'packets', '-w', 'x.pcap'], 'export packets needs a capture', 'netwatch export packets -r FILE'],
    [['export', '-r', CAPTURE, '-w', 'x.pcap'], 'export what?', EXAMPLE],
    [
      ['export', 'packets', '-r', CAPTURE, '-w', 'x.pcap', '--sort', 'number'],
      '--sort applies to packets that are printed, not to packets that --write saves',
      null,
    ],
  ])('%j', async (words, message, hint) => {
    const error = await failing(...words);
    expect(error).toMatchObject({ exit: 64, message });
    if (hint !== null) expect(error).toMatchObject({ hint });
  });
});
