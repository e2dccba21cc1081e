import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { Blocks, COMMENT, join, NANO, pcap, readCapture, text } from '../../support/captures.ts';
import { tcpFrame, udpFrame } from '../../support/frames.ts';
import { netwatch, recordsOf } from '../../support/in-process.ts';
import { runTool, toolIsMissing } from '../../support/tool.ts';

const QUERY = [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 120, 0, 0, 1, 0, 1];
const dns = udpFrame({ srcPort: 4000, dstPort: 53 }, QUERY);
const syn = tcpFrame({ srcPort: 4001, dstPort: 80, flags: 2 });
const other = udpFrame({ srcPort: 4002, dstPort: 9 }, [1, 2, 3]);

const le = new Blocks(true);
const options = (name: string) => [
  { code: 2, value: text(name) },
  { code: 9, value: Uint8Array.of(9) }, // nanoseconds
];
/** Two interfaces with nanoseconds; a comment, a frame that was cut. */
const CAPTURE = join(
  ...[le.section(), le.iface({ options: options('eth0') }), le.iface({ options: options('wlan0') })],
  le.packet(dns, { low: 1_000_000_001, options: [{ code: COMMENT, value: text('look: ünïcode') }] }),
  le.packet(syn, { iface: 1, low: 1_500_000_002 }),
  le.packet(other.slice(0, 43), { low: 2_000_000_003, length: other.length }),
  le.packet(dns, { iface: 1, low: 3_000_000_004 }),
);

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-write-'));
const at = (name: string): string => path.join(folder, name);
const FILE = at('in.pcapng');
fs.writeFileSync(FILE, CAPTURE);
let out: string;
let runs = 0;
beforeEach(() => {
  out = at(`out-${runs++}`);
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const read = (file: string) => readCapture(fs.readFileSync(file));
/** Times in the written file, which say which packets are there. */
const timesIn = async (file: string) => (await read(file)).frames.map(({ time }) => time);
const ALL = ['1.000000001', '1.500000002', '2.000000003', '3.000000004'];

describe.each([
  ['capture', ['capture']],
  ['export packets', ['export', 'packets']],
])('%s -w', (_name, command) => {
  const write = (...argv: readonly string[]) => netwatch(...command, '-r', FILE, ...argv);

  test.each<[readonly string[], readonly number[]]>([
    [[], [0, 1, 2, 3]],
    [
      ['-f', 'dns'],
      [0, 3],
    ],
    [
      ['-f', 'tcp or port 9'],
      [1, 2],
    ],
    [
      ['-f', 'not dns and ip.src == 10.0.0.0/8'],
      [1, 2],
    ],
    [['-f', 'frame.number > 1 and dns'], [3]],
    [['-f', 'contains "nowhere"'], []],
    [
      ['-i', 'wlan0'],
      [1, 3],
    ],
    [['-i', 'wlan0', '-f', 'dns'], [3]],
    [
      ['--limit', '3'],
      [0, 1, 2],
    ],
    [['--limit', '1', '-f', 'tcp'], [1]],
  ])('%j writes the packets that pass', async (argv, expected) => {
    const file = `${out}.pcapng`;
    const { status, out: printed, said } = await write(...argv, '-w', file);
    expect([status, printed]).toEqual([0, '']);
    expect(await timesIn(file)).toEqual(expected.map((index) => ALL[index]));
    expect(said).toEqual([expect.stringMatching(new RegExp(`^wrote ${expected.length} of \\d+ packets? to `))]);
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
  });

  test('keeps frames, lengths, nanoseconds, interfaces and comments', async () => {
    await write('-w', out, '-q');
    const [before, after] = [await read(FILE), await read(out)];
    expect(after.frames).toEqual(before.frames);
    expect(after.reader.interfaces).toEqual(before.reader.interfaces);
    expect(after.frames[0]!.comment).toBe('look: ünïcode');
  });

  test.each([
    ['x.pcap', [], 'nsecpcap'],
    ['x.pcapng', [], 'pcapng'],
    ['x', [], 'pcapng'],
    ['x.pcapng', ['--as', 'pcap'], 'nsecpcap'],
    ['x.csv', ['--as', 'pcapng'], 'pcapng'],
  ])('to %s %j is %s', async (name, argv, format) => {
    const file = `${out}${name}`;
    expect((await write('-w', file, ...argv)).status).toBe(0);
    expect((await read(file)).reader.format).toBe(format);
    expect(await timesIn(file)).toEqual(ALL);
  });

  test.skipIf(toolIsMissing('capinfos'))('capinfos takes what is written for whole', async () => {
    for (const name of ['pcap', 'pcapng']) {
      await write('-w', `${out}.${name}`);
      const { stdout, status } = runTool('capinfos', ['-T', '-r', '-M', '-c', '-d', '-S', '-a', `${out}.${name}`]);
      const bytes = 2 * dns.length + syn.length + other.length;
      expect([status, stdout.trim().split('\t').slice(1)]).toEqual([0, ['4', `${bytes}`, '1.000000001']]);
    }
  });

  test('reads what is packed, and goes through stdout', async () => {
    fs.writeFileSync(`${out}.gz`, gzipSync(CAPTURE));
    const { out: bytes, said } = await netwatch(...command, '-r', `${out}.gz`, '-w', '-', '-f', 'dns', '-q');
    expect(said).toEqual([]);
    expect((await readCapture(Uint8Array.from(Buffer.from(bytes, 'latin1')))).frames).toHaveLength(2);
  });

  test('an existing file stays unless --force replaces it', async () => {
    fs.writeFileSync(out, 'precious');
    expect(await write('-w', out)).toEqual({
      status: 73,
      out: '',
      said: [`${out} exists already`, '--force replaces it'],
    });
    expect(fs.readFileSync(out, 'utf8')).toBe('precious');
    expect((await write('-w', out, '--force')).status).toBe(0);
    expect(await timesIn(out)).toEqual(ALL);
  });

  test('the file that is read may be replaced', async () => {
    fs.writeFileSync(out, CAPTURE);
    expect((await netwatch(...command, '-r', out, '-w', out, '--force', '-f', 'tcp')).status).toBe(0);
    expect(await timesIn(out)).toEqual(['1.500000002']);
  });

  test('what there is of a capture cut short is written whole', async () => {
    fs.writeFileSync(`${out}-cut`, CAPTURE.subarray(0, -30));
    const { status, said } = await netwatch(...command, '-r', `${out}-cut`, '-w', out);
    expect([status, said]).toEqual([
      0,
      [
        `wrote 3 of 3 packets to ${out}`,
        expect.stringMatching(/: cut short in the block after packet 3, at byte \d+$/),
      ],
    ]);
    expect([await timesIn(out), (await read(out)).problems]).toEqual([ALL.slice(0, 3), []]);
  });

  test.each<[string, readonly string[], number, RegExp]>([
    ['a filter that is none', ['-f', 'tcp and'], 64, /tcp and\n {9}\^/],
    ['an interface that is not there', ['-i', 'eth1'], 66, /no interface "eth1" in the capture\ndid you mean eth0\?/],
    ['a file that is not there', ['-r', '/no/such'], 66, /no such file/],
    ['a format that is none', ['--as', 'erf'], 64, /erf/],
    ['options about records', ['--sort', 'length'], 64, /--sort applies to packets that are printed/],
    ['an expectation of records', ['--expect', 'count() > 1'], 64, /--expect applies to packets/],
  ])('%s leaves no file', async (_what, argv, status, message) => {
    const ran = await netwatch(...command, ...(argv[0] === '-r' ? [] : ['-r', FILE]), ...argv, '-w', out);
    expect([ran.status, ran.out, fs.existsSync(out)]).toEqual([status, '', false]);
    expect(ran.said.join('\n')).toMatch(message);
    expect(fs.readdirSync(folder).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  test('names of packed files are refused, for nothing is packed', async () => {
    const { status, said } = await write('-w', `${out}.pcap.gz`);
    expect([status, said]).toEqual([
      64,
      [expect.stringContaining('netwatch writes captures uncompressed'), `-w - | gzip > ${out}.pcap.gz`],
    ]);
  });

  test('several link types do not fit into pcap, and the file is taken back', async () => {
    fs.writeFileSync(`${out}-two`, join(CAPTURE, le.section(), le.iface({ linkType: 101 }), le.packet(dns)));
    const { status, said } = await netwatch(...command, '-r', `${out}-two`, '-w', `${out}.pcap`);
    expect([status, said.at(-1), fs.existsSync(`${out}.pcap`)]).toEqual([65, 'write pcapng', false]);
  });
});

test('capture -c stops when it has so many', async () => {
  await netwatch('capture', '-r', FILE, '-w', out, '-c', '2', '--limit', '3');
  expect(await timesIn(out)).toEqual(ALL.slice(0, 2));
  for (const option of ['-V', '-x']) {
    expect((await netwatch('capture', '-r', FILE, '-w', `${out}x`, option)).status).toBe(64);
  }
});

test('nanoseconds of pcap stay nanoseconds, microseconds microseconds', async () => {
  const frames = [{ bytes: dns, seconds: 7, fraction: 123_456 }];
  for (const [file, format] of [
    [pcap(frames), 'pcap'],
    [pcap(frames, { magic: NANO }), 'nsecpcap'],
  ] as const) {
    fs.writeFileSync(`${out}-in`, file);
    await netwatch('capture', '-r', `${out}-in`, '-w', out, '--force');
    expect([(await read(out)).reader.format, fs.readFileSync(out)]).toEqual([format, Buffer.from(file)]);
  }
});

describe('export packets writes records', () => {
  const write = (...argv: readonly string[]) => netwatch('export', 'packets', '-r', FILE, '-q', ...argv);
  const content = (file: string) => fs.readFileSync(file, 'utf8');

  test.each(['ndjson', 'json', 'tsv', 'csv'])('of the format %s, as on stdout', async (format) => {
    const printed = (await write('-o', format, '-f', 'dns', '--fields', 'all')).out;
    expect(printed).toContain('ünïcode');
    for (const [name, argv] of [
      [`${out}.${format}`, []],
      [out, ['-o', format]],
    ] as const) {
      expect(await write('-w', name, ...argv, '-f', 'dns', '--fields', 'all')).toEqual({
        status: 0,
        out: '',
        said: [],
      });
      expect(content(name)).toBe(printed);
      expect(fs.statSync(name).mode & 0o777).toBe(0o600);
    }
    expect((await write('-w', '-', '-o', format, '-f', 'dns', '--fields', 'all')).out).toBe(printed);
  });

  test('which --sort, --limit and --expect are about', async () => {
    const file = `${out}.ndjson`;
    const { status } = await write('-w', file, '--sort', 'number:desc', '--limit', '1', '--expect', 'count() == 5');
    expect([status, recordsOf(content(file)).map(({ number }) => number)]).toEqual([1, [4]]);
  });

  test('but not for --as, nor where the name is that of a capture', async () => {
    await write('-w', `${out}.pcapng`, '-o', 'csv');
    expect(await timesIn(`${out}.pcapng`)).toEqual(ALL);
  });

  test('an error leaves no file, and an old one as it was', async () => {
    fs.writeFileSync(`${out}.csv`, 'precious');
    expect((await write('-w', `${out}.csv`)).status).toBe(73);
    expect((await write('-w', `${out}.csv`, '--force', '--fields', 'nope')).status).toBe(64);
    expect((await netwatch('export', 'packets', '-r', '/no/such', '-w', `${out}.tsv`)).status).toBe(66);
    expect([content(`${out}.csv`), fs.existsSync(`${out}.tsv`)]).toEqual(['precious', false]);
  });

  test.each<[readonly string[], RegExp]>([
    [[], /export what\?/],
    [['stream'], /did you mean netwatch export streams\?/],
    [['packet'], /did you mean netwatch export packets\?/],
    [['packets', 'more'], /unexpected argument "more"/],
  ])('%j is not known', async (words, message) => {
    const { status, said } = await netwatch('export', ...words, '-r', FILE, '-w', out);
    expect([status, said.join('\n'), fs.existsSync(out)]).toEqual([64, expect.stringMatching(message), false]);
  });
});

test('filters know the packets before: times are since the first of the capture', async () => {
  expect(
    (await netwatch('capture', '-r', FILE, '-f', 'rel_s >= 1 and delta_s > 0.4', '-w', `${out}.pcapng`)).status,
  ).toBe(0);
  expect((await read(`${out}.pcapng`)).frames.map(({ time }) => time)).toEqual(['2.000000003', '3.000000004']);
});
