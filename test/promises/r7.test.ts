import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { noLiveCapture } from '../support/live-scene.ts';
import { type NumberedCapture, openNumberedCapture, readNumbered, untilCounted } from '../support/numbered-capture.ts';
import { writeNumbered } from '../support/numbered-pcap.ts';
import { toolIsMissing } from '../support/tool.ts';
import { numbered } from '../support/veth-pair.ts';
import { promised } from './promise.ts';

const COUNT = 200_000;
const PLANTED = 'r_00001_20260101000000.pcap';

promised(
  {
    id: 'R7',
    says: 'A ring of files loses no packet between one file and the next, and removes only files that it wrote.',
    tested: `${COUNT} numbered packets over more than a hundred files; a ring of three in a folder where a file of somebody else has such a name.`,
    notPromised: 'The times in the names: they are those of the wall clock, even when it jumps.',
    skipped: noLiveCapture ?? (toolIsMissing('tcpreplay') ? 'tcpreplay is not installed' : null),
    timeoutMs: 60_000,
  },
  async () => {
    const capture = await openNumberedCapture('nwr7', 214);
    try {
      writeNumbered(capture.fileOf('numbered'), COUNT, 100);
      const all = await ring(capture, 'all', ['--rotate-size', '200kB'], COUNT);
      expect(all.numbers).toEqual(numbered(0, COUNT));
      expect(all.files.length).toBeGreaterThan(100);
      fs.mkdirSync(capture.fileOf('three'));
      fs.writeFileSync(path.join(capture.fileOf('three'), PLANTED), 'not ours');
      const three = await ring(capture, 'three', ['--rotate-size', '100kB', '--rotate-keep', '3'], 20_000);
      expect(three.files).toHaveLength(3);
      expect(three.numbers).toEqual(numbered(20_000 - three.numbers.length, three.numbers.length));
      expect(fs.readFileSync(path.join(capture.fileOf('three'), PLANTED), 'utf8')).toBe('not ours');
      return `${COUNT} of ${COUNT} packets in ${all.files.length} files, no gap, nothing twice; the foreign file is as it was`;
    } finally {
      capture.scene.remove();
    }
  },
);

/** Captures `count` packets into a ring in a folder of its own; its files, and the numbers in them. */
async function ring(capture: NumberedCapture, name: string, options: readonly string[], count: number) {
  const folder = capture.fileOf(name);
  fs.mkdirSync(folder, { recursive: true });
  const run = capture.start('-w', path.join(folder, 'r.pcap'), ...options);
  await run.capturing;
  const replay = ['tcpreplay', '-q', '-K', '--pps', '50000', '--limit', String(count), '-i', capture.pair.far];
  const sender = spawn('ip', ['netns', 'exec', capture.scene.name, ...replay, capture.fileOf('numbered')], {
    stdio: 'ignore',
  });
  await new Promise((resolve) => sender.once('exit', resolve));
  await untilCounted(run, count);
  run.child.kill('SIGINT');
  const { status, said } = await run.ended;
  expect([status, said]).toEqual([0, expect.stringContaining(`${count} packets captured; nwr7: ${count} received`)]);
  const files = fs
    .readdirSync(folder)
    .filter((file) => file !== PLANTED)
    .sort();
  const read = await Promise.all(files.map((file) => readNumbered(path.join(folder, file))));
  for (const { problems } of read) expect(problems).toEqual([]);
  return { files, numbers: read.flatMap(({ numbers }) => numbers) };
}
