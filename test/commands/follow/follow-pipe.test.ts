import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { SegmentRow } from '../../../src/core/record/tables/segment.ts';
import { HeldStreams } from '../../../src/core/stream/held-streams.ts';
import { pcap } from '../../support/captures.ts';
import { udpFrame } from '../../support/frames.ts';
import { netwatch, type Ran, recordsOf } from '../../support/in-process.ts';
import { ROOT } from '../../support/program.ts';

/** A pipe can be read once: what follow does with one. */

const LOOPBACK = path.join(ROOT, 'test/captures/loopback.pcap');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-pipe-'));
const writers: ChildProcess[] = [];
afterAll(() => {
  for (const writer of writers) writer.kill('SIGKILL');
  fs.rmSync(folder, { recursive: true });
});

/** Follows a file that comes through a pipe with a name. */
async function piped(file: string, ...argv: readonly string[]): Promise<Ran> {
  const pipe = path.join(folder, `pipe-${writers.length}`);
  execFileSync('mkfifo', [pipe]);
  writers.push(spawn('sh', ['-c', `exec cat ${file} > ${pipe}`], { stdio: 'ignore' }));
  return netwatch('follow', '-r', pipe, ...argv);
}

interface StreamOrSegment {
  readonly type: string;
  readonly proto: string;
  readonly stream: number;
  readonly truncated: boolean;
}

describe('the same as of a file', () => {
  test.each([
    [['--list', '--json']],
    [['--stream', '0']],
    [['--stream', '2', '--udp', '--as', 'hex']],
    [['--stream', '0', '--as', 'raw', '--dir', 'b']],
  ])('%j', async (argv) => {
    expect(await piped(LOOPBACK, ...argv)).toEqual(await netwatch('follow', '-r', LOOPBACK, ...argv));
  });

  test('--all, one stream after the other', async () => {
    for (const argv of [
      ['--all'],
      ['--all', '--tcp', '--udp'],
      ['--all', '--dir', 'a'],
      ['-f', 'dns', '--udp', '--json'],
      ['--stream', '1', '--json'],
    ]) {
      const ofFile = recordsOf<StreamOrSegment>((await netwatch('follow', '-r', LOOPBACK, ...argv)).out);
      const ofPipe = recordsOf<StreamOrSegment>((await piped(LOOPBACK, ...argv)).out);
      expect(ofPipe.length).toBeGreaterThan(1);
      // streams of a file alternate; segments of one stay in order
      const keys = new Set(ofFile.map(({ proto, stream }) => `${proto} ${stream}`));
      const byStream = (records: readonly StreamOrSegment[]) =>
        [...keys].map((key) => records.filter(({ proto, stream }) => `${proto} ${stream}` === key));
      expect(byStream(ofPipe)).toEqual(byStream(ofFile));
      const turns = ofPipe.filter(({ stream, proto }, index) => {
        const before = ofPipe[index - 1];
        return stream !== before?.stream || proto !== before.proto;
      });
      expect(turns).toHaveLength(keys.size);
    }
  });
});

test('a filter that picks one to print would need a second look', async () => {
  const { status, out, said } = await piped(LOOPBACK, '-f', 'dns');
  expect([status, out, said[0]]).toEqual([64, '', expect.stringContaining('a pipe cannot be read twice')]);
});

describe('what is held is bounded', () => {
  const file = path.join(folder, 'long.pcap');
  const frames = Array.from({ length: 100 }, (_, index) => udpFrame({ srcPort: 4000, dstPort: 9999 }, [index]));
  fs.writeFileSync(file, pcap(frames.map((bytes) => ({ bytes }))));

  test.each<[readonly string[], number, boolean]>([
    [['--max-segments', '100'], 100, false],
    [['--max-segments', '10'], 10, true],
    [['--max-bytes', '20'], 20, true],
    [['--max-segments', '1'], 1, true],
  ])('by %j', async (limits, most, truncated) => {
    const [stream, ...segments] = recordsOf<StreamOrSegment & { data: string }>(
      (await piped(file, '--all', '--udp', ...limits)).out,
    );
    expect(stream).toMatchObject({ type: 'stream', truncated, a_bytes: 100 });
    expect(segments.length).toBeLessThanOrEqual(most);
    expect(segments.length).toBeGreaterThan(most / 2);
    // the oldest go
    const last = segments.map(({ data }) => Buffer.from(data, 'base64')[0]);
    expect(last).toEqual(Array.from({ length: segments.length }, (_, index) => 100 - segments.length + index));
  });

  test('a file need not be held: every segment comes', async () => {
    const { out } = await netwatch('follow', '-r', file, '--all', '--udp', '--max-segments', '1');
    expect(recordsOf(out)).toHaveLength(101);
  });

  test('one stream does not push another out', () => {
    const held = new HeldStreams<string, SegmentRow>(3, 1000);
    const row = (length: number) => ({ length }) as SegmentRow;
    held.add('a', row(1));
    for (let count = 0; count < 10; count++) held.add('b', row(1));
    held.add('c', row(2000));
    expect(['a', 'b', 'c'].map((key) => [held.of(key).length, held.isCut(key)])).toEqual([
      [1, false],
      [2, true],
      [1, true],
    ]);
    expect([held.of('d'), held.isCut('d')]).toEqual([[], false]);
  });
});
