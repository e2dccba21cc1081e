import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Blocks, join, pcap, readCapture, text, words } from '../../support/captures.ts';
import { netwatch } from '../../support/in-process.ts';

const PACKETS = 1000;
const BYTES = 100;
let folder = '';
let read = '';

beforeAll(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-rotate-'));
  read = path.join(folder, 'in.pcap');
  // one packet each tenth of a second, numbered
  const frames = Array.from({ length: PACKETS }, (_, number) => {
    const bytes = new Uint8Array(BYTES);
    new DataView(bytes.buffer).setUint32(0, number);
    return { bytes, seconds: 1_700_000_000 + Math.floor(number / 10), fraction: (number % 10) * 100_000 };
  });
  fs.writeFileSync(read, pcap(frames));
});
afterAll(() => fs.rmSync(folder, { recursive: true }));

const filesOf = (stem: string): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => name.startsWith(`${stem}_`))
    .sort();

async function numbersIn(name: string): Promise<number[]> {
  const { frames, problems } = await readCapture(fs.readFileSync(path.join(folder, name)));
  expect(problems).toEqual([]);
  return frames.map(({ bytes }) => Number.parseInt(bytes.slice(0, 8), 16));
}

test.each([
  ['size.pcap', ['--rotate-size', '10kB'], 12],
  ['size.pcapng', ['--rotate-size', '10kB'], 14],
  ['time.pcap', ['--rotate-time', '15s'], 7],
  ['both.pcap', ['--rotate-time', '50s', '--rotate-size', '1MB'], 2],
])('%s %j: no packet is lost between two files', async (name, options, count) => {
  const ran = await netwatch('capture', '-r', read, '-w', path.join(folder, name), ...options);
  expect(ran.status).toBe(0);
  const { name: stem, ext } = path.parse(name);
  const files = filesOf(stem).filter((file) => file.endsWith(ext));
  expect(files).toHaveLength(count);
  expect(files[0]).toMatch(new RegExp(`^${stem}_00001_\\d{14}\\${ext}$`));
  const numbers = (await Promise.all(files.map(numbersIn))).flat();
  expect(numbers).toEqual(Array.from({ length: PACKETS }, (_, number) => number));
});

test.each([
  ['one', '.pcap', ['--rotate-size', '10MB'], (at: string[]) => `${at[0]}`],
  ['two', '.pcapng', ['--rotate-time', '60s'], (at: string[]) => `${at[0]} and ${at[1]}`],
  ['many', '.pcap', ['--rotate-size', '10kB'], (at: string[]) => `12 files, ${at[0]} to ${at[11]}`],
  [
    'last',
    '.pcap',
    ['--rotate-size', '10kB', '--rotate-keep', '2'],
    (at: string[]) => `12 files, of which 2 are left: ${at[0]} and ${at[1]}`,
  ],
  [
    'only',
    '.pcap.gz',
    ['--rotate-size', '10kB', '--rotate-keep', '1'],
    (at: string[]) => `12 files, of which 1 is left: ${at[0]}`,
  ],
  ['none', '.pcap', ['--rotate-size', '10kB', '-f', 'ip.src == 1.2.3.4'], (at: string[]) => `${at[0]}`],
])('%s%s %j: the files that there are get named', async (stem, end, options, said) => {
  const ran = await netwatch('capture', '-r', read, '-w', path.join(folder, `${stem}${end}`), ...options);
  const files = filesOf(stem).map((name) => path.join(folder, name));
  expect(files.length).toBeGreaterThan(0);
  const written = stem === 'none' ? 0 : PACKETS;
  expect(ran.said).toEqual([`wrote ${written} of ${PACKETS} packets to ${said(files)}`]);
});

test('a file is full when it has the size, and has no more than a packet beyond', async () => {
  await netwatch('capture', '-r', read, '-w', path.join(folder, 'exact.pcap'), '--rotate-size', '5000');
  const sizes = filesOf('exact').map((name) => fs.statSync(path.join(folder, name)).size);
  for (const size of sizes.slice(0, -1)) {
    expect(size).toBeGreaterThanOrEqual(5000);
    expect(size).toBeLessThan(5000 + 16 + BYTES);
  }
});

test('each file of a pcapng has the interfaces, options, keys and names', async () => {
  const le = new Blocks(true);
  const described = (name: string) => le.iface({ options: [{ code: 3, value: text(name) }] });
  const head = join(
    le.section(),
    le.block(10, join(words(true, 0x544c534b, 4), text('abcd'))),
    le.block(4, join(le.options([{ code: 1, value: Uint8Array.of(192, 0, 2, 9, 0x61, 0) }]))),
    described('uplink'),
    described('of nothing'),
  );
  const packet = le.packet(new Uint8Array(100), { options: [{ code: 2, value: words(true, 1) }] });
  const journal = le.block(9, text('__REALTIME_TIMESTAMP=1\nM=1234'));
  const from = path.join(folder, 'rich.pcapng');
  fs.writeFileSync(from, join(head, packet, journal, packet, journal));
  const ran = await netwatch('capture', '-r', from, '-w', path.join(folder, 'kept.pcapng'), '--rotate-size', '1');
  expect(ran.status).toBe(0);
  const files = filesOf('kept').map((name) => Uint8Array.from(fs.readFileSync(path.join(folder, name))));
  expect(files).toEqual([packet, journal, packet, journal].map((one) => join(head, one)));
});

test('the last files stay, and what others put there', async () => {
  fs.writeFileSync(path.join(folder, 'ring_00001_20000101000000.pcap'), 'of somebody else');
  await netwatch(
    'capture',
    '-r',
    read,
    '-w',
    path.join(folder, 'ring.pcap'),
    '--rotate-size',
    '10kB',
    '--rotate-keep',
    '3',
  );
  const [other, ...files] = filesOf('ring');
  expect(other).toBe('ring_00001_20000101000000.pcap');
  expect(files.map((name) => name.slice(0, 10))).toEqual(['ring_00010', 'ring_00011', 'ring_00012']);
  expect((await numbersIn(files.at(-1)!)).at(-1)).toBe(PACKETS - 1);
});

test('keys are in every file', async () => {
  const le = new Blocks(true);
  const secrets = le.block(10, join(words(true, 0x544c534b, 4), text('abcd'))); // TLSK
  const packets = Array.from({ length: 100 }, () => le.packet(new Uint8Array(BYTES)));
  const file = path.join(folder, 'keys.pcapng');
  fs.writeFileSync(file, join(le.section(), le.iface(), secrets, ...packets));
  await netwatch('capture', '-r', file, '-w', path.join(folder, 'keyed.pcapng'), '--rotate-size', '3000');
  const files = filesOf('keyed');
  expect(files.length).toBeGreaterThan(2);
  for (const name of files) expect(fs.readFileSync(path.join(folder, name), 'latin1')).toContain('KSLT\x04\0\0\0abcd');
});

test.each([
  [['-w', 'x.pcap', '--rotate-keep', '2'], /--rotate-keep needs --rotate-size or --rotate-time/],
  [['-w', '-', '--rotate-size', '1MB'], /stdout cannot rotate/],
  [['--rotate-size', '1MB'], /--rotate-size needs --write/],
  [['-w', 'x.pcap', '--rotate-size', '0'], /--rotate-size "0"/],
  [['-w', 'x.pcap', '--rotate-size', '1parsec'], /--rotate-size "1parsec" is not a size/],
])('%j is refused', async (options, message) => {
  const ran = await netwatch('capture', '-r', read, ...options);
  expect(ran.status).toBe(64);
  expect(ran.said.join('\n')).toMatch(message);
});
