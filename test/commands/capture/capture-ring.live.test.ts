import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { writeNumbered } from '../../support/numbered-pcap.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { numbered, numbersOf, openVethPair, type VethPair } from '../../support/veth-pair.ts';

const COUNT = 20_000;
let scene: LiveScene;
let pair: VethPair;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('ring');
  pair = await openVethPair(scene, 'nwring', 202);
  writeNumbered(path.join(scene.folder, 'numbered'), COUNT, 100);
});
afterAll(() => scene?.remove());

const CAPTURE = ['capture', '-i', 'nwring', '--bpf', 'udp port 9'];

function replay(limit: number): Promise<unknown> {
  const file = path.join(scene.folder, 'numbered');
  const argv = ['tcpreplay', '-q', '-K', '--pps', '50000', '--limit', String(limit), '-i', pair.far, file];
  const child = spawn('ip', ['netns', 'exec', scene.name, ...argv], { stdio: 'ignore' });
  return new Promise((resolve) => child.once('exit', resolve));
}

/** Captures all that is replayed into a ring in a folder of its own; how it ended, and the files there. */
async function ring(name: string, limit: number, options: readonly string[]) {
  const folder = fs.mkdtempSync(path.join(scene.folder, 'ring-'));
  const run = scene.start([...CAPTURE, '-c', String(limit), '-w', path.join(folder, name), ...options]);
  await run.capturing;
  await replay(limit);
  const ended = await run.ended;
  return { ...ended, folder, files: fs.readdirSync(folder).sort() };
}

async function numbersIn(file: string): Promise<number[]> {
  const bytes = fs.readFileSync(file);
  const { frames, problems } = await readCapture(file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  expect(problems).toEqual([]);
  return numbersOf(frames);
}

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpreplay'))(
  'a ring of files, live',
  { timeout: 60_000 },
  () => {
    test.each([[[]], [['--rotate-keep', '3']]])('packed when they are full: .pcap.gz %j', async (options) => {
      const { status, said, folder, files } = await ring('r.pcap.gz', 20_000, ['--rotate-size', '200kB', ...options]);
      expect([status, said]).toEqual([0, expect.stringContaining('20000 packets captured')]);
      expect(files.filter((file) => !/^r_\d{5}_\d{14}\.pcap\.gz$/.test(file))).toEqual([]);
      expect(files.length).toBe(options.length > 0 ? 3 : 12);
      const numbers = (await Promise.all(files.map((file) => numbersIn(path.join(folder, file))))).flat();
      expect(numbers).toEqual(numbered(20_000 - numbers.length, numbers.length));
      if (options.length === 0) expect(numbers).toHaveLength(20_000);
      for (const file of files) expect(fs.statSync(path.join(folder, file)).mode & 0o777).toBe(0o600);
    });

    test('a disk that is full ends it with 74, and all that is there reads back', async () => {
      const mounted = fs.mkdtempSync(path.join(scene.folder, 'disk-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m,mode=777', 'tmpfs', mounted]);
      try {
        const run = scene.start([...CAPTURE, '-w', path.join(mounted, 'r.pcap'), '--rotate-size', '100kB']);
        await run.capturing;
        await replay(20_000);
        const { status, said } = await run.ended;
        expect([status, said]).toEqual([74, expect.stringMatching(/r_\d+_\d+\.pcap cannot be written: /)]);
        const files = fs.readdirSync(mounted).sort();
        const numbers = (await Promise.all(files.map((file) => numbersIn(path.join(mounted, file))))).flat();
        expect(numbers.length).toBeGreaterThan(5000);
        expect(numbers).toEqual(numbered(0, numbers.length));
      } finally {
        execFileSync('umount', [mounted]);
      }
    });

    test('a disk that is full from the start ends it with 74 by the name of the file, which is not left', async () => {
      const mounted = fs.mkdtempSync(path.join(scene.folder, 'full-'));
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=777', 'tmpfs', mounted]);
      try {
        fs.writeFileSync(path.join(mounted, 'full'), Buffer.alloc(64 * 1024));
        const run = scene.start([...CAPTURE, '-w', path.join(mounted, 'r.pcap'), '--rotate-size', '100kB']);
        await run.capturing;
        await replay(100);
        const { status, said } = await run.ended;
        const cut = /r_00001_\d+\.pcap cannot be written: no space left on device; 0 packets kept, \d+ lost/;
        expect([status, said]).toEqual([74, expect.stringMatching(cut)]);
        expect(fs.readdirSync(mounted)).toEqual(['full']);
      } finally {
        execFileSync('umount', [mounted]);
      }
    });
  },
);
