import { spawn } from 'node:child_process';
import { Readable } from 'node:stream';
import { expect } from 'vitest';
import { SCALE } from '../support/attack.ts';
import { pcap } from '../support/captures.ts';
import { tcpFrame, udpFrame } from '../support/frames.ts';
import { recordsOf } from '../support/in-process.ts';
import { measured } from '../support/measured.ts';
import { BIN } from '../support/program.ts';
import { promised } from './promise.ts';

const BYTES = 1e9 * SCALE;
const MOST_RSS = 200 * 1024 * 1024;
/** Of the best of these, since the machine may be busy. */
const TRIES = 3;
const MOST_MS = 1000;

/** A megabyte of records: bulk TCP, some datagrams. */
const PIECE = pcap(
  Array.from({ length: 700 }, (_, index) => ({
    bytes:
      index % 10 === 0
        ? udpFrame({ srcPort: 1000 + index, dstPort: 9 }, new Array<number>(100).fill(index & 255))
        : tcpFrame({ srcPort: 40_000 + (index % 50), dstPort: 9999, flags: 0x10 }, new Array<number>(1400).fill(1)),
    seconds: 1_700_000_000,
    fraction: index,
  })),
).slice(24);

function* capture(pieces: number): Generator<Uint8Array> {
  yield pcap([]);
  for (let count = 0; count < pieces; count++) yield PIECE;
}

promised(
  {
    id: 'E3',
    says: 'netwatch reads a capture of any size as a stream, in memory that does not grow with it (200 MB at most), and Ctrl-C ends it at once with what it has found so far.',
    tested: `${BYTES / 1e9} GB from a pipe through stats --by protocols; then SIGINT in the middle of an endless capture.`,
    notPromised:
      'Statistics with a row for each conversation, query or request keep those rows in memory, up to their limits (H5). The rate is that of a shared machine.',
    skipped: null,
    timeoutMs: 240_000,
  },
  async () => {
    const pieces = Math.ceil(BYTES / PIECE.length);
    const started = performance.now();
    const ran = await measured(['stats', '-r', '-', '--by', 'protocols', '--json'], Readable.from(capture(pieces)));
    const seconds = (performance.now() - started) / 1000;
    expect(ran.status).toBe(0);
    expect(recordsOf(ran.stdout).find(({ path }) => path === 'eth')).toMatchObject({ packets: 700 * pieces });
    expect(ran.rssBytes).toBeLessThan(MOST_RSS);
    let soonest = Number.POSITIVE_INFINITY;
    for (let times = 0; times < TRIES; times++) soonest = Math.min(soonest, await interrupted());
    expect(soonest).toBeLessThan(MOST_MS);
    return `${(BYTES / 1e9).toFixed(0)} GB in ${(ran.rssBytes / 1e6).toFixed(0)} MB of memory at ${(BYTES / 1e6 / seconds).toFixed(0)} MB/s; Ctrl-C after ${soonest.toFixed(0)} ms`;
  },
);

/** Milliseconds from SIGINT to the end, in which it says what it has. */
async function interrupted(): Promise<number> {
  const child = spawn(process.execPath, [BIN, 'stats', '-r', '-', '--by', 'protocols', '--json'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { PATH: process.env.PATH, NETWATCH_CONFIG: 'none' },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  let sent = 0;
  const input = Readable.from(capture(Number.POSITIVE_INFINITY));
  child.stdin.on('error', () => input.destroy());
  await new Promise<void>((resolve) => {
    input.on('data', () => {
      if (++sent === 50) resolve();
    });
    input.pipe(child.stdin);
  });
  const before = performance.now();
  child.kill('SIGINT');
  await ended;
  const took = performance.now() - before;
  input.destroy();
  expect(out).toContain('"path":"eth"');
  return took;
}
