import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { Blocks, join, MODIFIED, NANO, pcap, words } from '../support/captures.ts';
import { udpFrame } from '../support/frames.ts';
import { runInProcess } from '../support/in-process.ts';
import { type Ended, hasOpened, listensToSignals, netwatch, startNetwatch } from '../support/program.ts';
import { promised } from './promise.ts';

const FRAME = { bytes: udpFrame({ srcPort: 1, dstPort: 2 }, [1, 2, 3]) };
const ng = new Blocks(true);
const NG = join(ng.section(), ng.iface(), ng.packet(FRAME.bytes));

const GZIP_CUT = gzipSync(pcap(Array.from({ length: 500 }, (_, at) => ({ ...FRAME, seconds: at * 7919 })))).subarray(
  0,
  600,
);

/** A file, the exit status it ends with, how many packets are read of it, and what is said of it. */
type Bad = readonly [name: string, bytes: Uint8Array, status: number, packets: number | null, says?: RegExp];

const BAD: readonly Bad[] = [
  ['empty', new Uint8Array(0), 65, null, /it is empty/],
  ['one byte', new Uint8Array(1), 65, null, /it has 1 bytes/],
  [
    'text',
    Buffer.from('hello, this is no capture at all'),
    65,
    null,
    /is not a capture: it does not begin like a pcap or pcapng file/,
  ],
  ['half a header', pcap([]).slice(0, 12), 65, null, /cut short in its header/],
  ['header only', pcap([]), 0, 0],
  ['big-endian', pcap([FRAME], { little: false }), 0, 1],
  ['nanoseconds', pcap([FRAME], { magic: NANO }), 0, 1],
  ['modified pcap', pcap([FRAME], { magic: MODIFIED }), 0, 1],
  ['snap length 0', pcap([FRAME], { snapLength: 0 }), 0, 1],
  ['more captured than there was', pcap([{ ...FRAME, length: 10 }, FRAME]), 0, 2],
  [
    'a record of 2^31 bytes',
    pcap([FRAME, { ...FRAME, captured: 2 ** 31 }]),
    0,
    1,
    /packet 2, at byte 85, claims 2147483648 bytes/,
  ],
  ['a record cut short', pcap([FRAME, FRAME]).slice(0, -10), 0, 1, /cut short in packet 2, at byte 136/],
  ['a link type nobody knows', pcap([FRAME], { linkType: 9999 }), 0, 1],
  ['pcapng', NG, 0, 1],
  [
    'an unknown block and option',
    join(
      NG,
      ng.block(0x7777, new Uint8Array(8)),
      ng.packet(FRAME.bytes, { options: [{ code: 999, value: new Uint8Array(5) }] }),
    ),
    0,
    2,
  ],
  [
    'two sections of both byte orders',
    join(NG, new Blocks(false).section(), new Blocks(false).iface(), new Blocks(false).packet(FRAME.bytes)),
    0,
    2,
  ],
  ['a section of version 9', new Blocks(true).section({ major: 9 }), 65, null, /pcapng of version 9/],
  [
    'a packet of an interface that is not',
    join(ng.section(), ng.packet(FRAME.bytes)),
    0,
    0,
    /names interface 0, which does not exist, at byte 28/,
  ],
  ['a block of length 0', join(NG, words(true, 6, 0, 0, 0)), 0, 1, /claims 0 bytes, at byte \d+/],
  ['a block of 2^32 bytes', join(NG, words(true, 6, 0xfffffffc, 0, 0)), 0, 1, /claims 4294967292 bytes, at byte \d+/],
  ['gzip cut short', GZIP_CUT, 0, null, /cut short/],
  ['gzip of nothing', gzipSync(new Uint8Array(0)), 65, null, /it is empty/],
  ['gzip that is damaged', Buffer.from(gzipSync(pcap([FRAME]))).fill(0xff, 12, 30), 65, null, /cannot be decompressed/],
  [
    'gzip in gzip',
    gzipSync(gzipSync(pcap([FRAME]))),
    65,
    null,
    /is not a capture: it does not begin like a pcap or pcapng file/,
  ],
];

promised(
  {
    id: 'H7',
    says: 'A file that is not a capture ends netwatch with 65, a file that does not exist with 66, each with the reason. From a damaged capture netwatch shows everything before the damage, and names the byte where the damage begins. It does not wait for a file, or read one, for ever.',
    tested:
      'A table of bad files, then folders, pipes, devices and files that do not exist, by commands that read captures; one signal ends an endless input.',
    notPromised:
      'The status for a cut or damaged capture is 0 if netwatch could read it up to that point; stderr says what is missing. netwatch does not repair the damage.',
    skipped: null,
    timeoutMs: 180_000,
  },
  async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-h7-'));
    try {
      for (const [name, bytes, status, packets, says = /^$/] of BAD) {
        const file = path.join(folder, name);
        fs.writeFileSync(file, bytes);
        const ran = await runInProcess([...SUMMARY, file]);
        expect([name, ran.status]).toEqual([name, status]);
        expect([name, ran.said.join('')]).toEqual([name, expect.stringMatching(says)]);
        if (packets !== null) expect([name, JSON.parse(ran.out).packets]).toEqual([name, packets]);
      }
      expect(await read(path.join(folder, 'nowhere'))).toMatchObject({ status: 66 });
      expect(await read(folder)).toMatchObject({ status: 65, stderr: expect.stringContaining('is a folder') });
      expect(await read('/dev/null')).toMatchObject({ status: 65 });
      expect(await read('/dev/zero')).toMatchObject({ status: 65 });
      expect(await read('/dev/urandom')).toMatchObject({ status: 65 });
      const slowest = Math.max(await signalled(await emptyPipe(folder)), await signalled(await endlessPipe(folder)));
      expect(slowest).toBeLessThan(5000);
      return `${BAD.length + 5} bad inputs, each with its status and reason; a pipe without a writer and one without an end stopped ${slowest.toFixed(0)} ms after SIGINT`;
    } finally {
      fs.rmSync(folder, { recursive: true });
    }
  },
);

const SUMMARY = ['stats', '--by', 'summary', '--json', '-r'];

const read = (file: string): Promise<Ended> => netwatch(...SUMMARY, file);

async function emptyPipe(folder: string): Promise<string> {
  const file = path.join(folder, 'empty pipe');
  expect(spawnSync('mkfifo', [file]).status).toBe(0);
  return file;
}

/** A capture of packets that has no end. */
async function endlessPipe(folder: string): Promise<string> {
  const file = path.join(folder, 'endless pipe');
  expect(spawnSync('mkfifo', [file]).status).toBe(0);
  const header = path.join(folder, 'header');
  fs.writeFileSync(header, pcap(Array.from({ length: 1000 }, () => FRAME)));
  const frames = path.join(folder, 'frames');
  fs.writeFileSync(frames, pcap(Array.from({ length: 1000 }, () => FRAME)).slice(24));
  const writer = spawn('sh', ['-c', 'cat "$1"; while cat "$2"; do :; done', 'sh', header, frames], {
    stdio: ['ignore', fs.openSync(file, fs.constants.O_RDWR), 'ignore'],
    detached: true,
  });
  // cat too, which waits for room in the pipe that it holds open itself
  writers.push(() => process.kill(-writer.pid!));
  return file;
}

const writers: (() => void)[] = [];

/** Milliseconds from SIGINT, sent when it reads, to its end. */
async function signalled(file: string): Promise<number> {
  const running = startNetwatch([...SUMMARY, file]);
  await hasOpened(running.child.pid!, file);
  await listensToSignals(running.child.pid!);
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(running.child.exitCode).toBe(null);
  const before = performance.now();
  running.child.kill('SIGINT');
  await running.ended;
  for (const end of writers.splice(0)) end();
  return performance.now() - before;
}
