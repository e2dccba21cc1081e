import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LiveScene, noLiveCapture, openLiveScene, parseLines, until } from '../../support/live-scene.ts';
import { writeNumbered } from '../../support/numbered-pcap.ts';
import { statisticsOf } from '../../support/pcapng-statistics.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';
import { openVethPair, type VethPair } from '../../support/veth-pair.ts';

const MIB = 1024 * 1024;

let scene: LiveScene;
let pair: VethPair;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('flood');
  pair = await openVethPair(scene, 'nwfl', 201);
  writeNumbered(fileOf('small.pcap'), 20_000, 60);
});
afterAll(() => scene?.remove());

const fileOf = (name: string): string => path.join(scene.folder, name);

/**
 * Sends the packets of a file; `ended` resolves when that is done. It gives way to who captures: on two cores three processes want
 * to run, and how long netwatch waits for its turn is not what is measured.
 */
function replay(
  file: string,
  ...options: readonly string[]
): { readonly ended: Promise<unknown>; readonly stop: () => void } {
  const child = spawn(
    'ip',
    ['netns', 'exec', scene.name, 'nice', 'tcpreplay', '-q', '-K', ...options, '-i', pair.far, fileOf(file)],
    {
      stdio: 'ignore',
    },
  );
  return {
    ended: new Promise((resolve) => child.once('exit', resolve)),
    stop: () => void child.kill('SIGINT'),
  };
}

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpreplay'))('many packets', { timeout: 120_000 }, () => {
  test('a reader that wants one line gets it, and ends it', async () => {
    const flood = replay('small.pcap', '--topspeed', '-l', '100000');
    const command = `${process.execPath} ${BIN} capture -i nwfl --json; echo $? >&2`;
    const argv = ['netns', 'exec', scene.name, 'bash', '-c', `{ ${command}; } | head -1`];
    const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, said] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text));
    child.stderr.on('data', (text: Buffer) => (said += text));
    await new Promise((resolve) => child.once('close', resolve));
    expect(parseLines(out)).toHaveLength(1);
    expect(said).toMatch(/\n0\n$/);
    // what it was not asked for is counted too
    const words =
      /(\d+) packets captured; nwfl: (\d+) received by the filter, (\d+) dropped by the kernel, 0 by the interface, (\d+) not read by netwatch; (\d+) more captured but not processed/;
    const [captured, received, dropped, left, unread] = words.exec(said)!.slice(1).map(Number);
    expect(captured! + dropped! + left! + unread!).toBe(received);
    flood.stop();
    await flood.ended;
  });

  test('a reader that reads nothing for a while: memory stays bounded, and it is told what it missed', async () => {
    const preload = path.join(ROOT, 'test/support/loop-delay.js');
    const command = [
      process.execPath,
      '--import',
      preload,
      BIN,
      'capture',
      '-i',
      'nwfl',
      '--json',
      '--fields',
      'number',
    ];
    const child = spawn('ip', ['netns', 'exec', scene.name, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    child.stderr.on('data', (text: Buffer) => (said += text));
    await until(() => said.includes('capturing on'));
    // all of 400,000 packets come while nobody reads
    await replay('small.pcap', '--topspeed', '-l', '20').ended;
    const gaps: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => line.includes('gap') && gaps.push(line));
    await until(() => gaps.length > 0);
    child.kill('SIGINT');
    await new Promise((resolve) => child.once('close', resolve));
    const dropped = Number(/(\d+) dropped by the kernel/.exec(said)![1]);
    expect(dropped).toBeGreaterThan(100_000);
    expect(parseLines(gaps.join('\n')).reduce((sum, gap) => sum + (gap.dropped as number), 0)).toBe(dropped);
    expect(Number(/memory (\d+)/.exec(said)![1])).toBeLessThan(200 * MIB);
  });

  test('a file and the message at its end tell of one reading of the counters of the kernel', async () => {
    const flood = replay('small.pcap', '--topspeed', '-l', '100000');
    const file = fileOf('counted.pcapng');
    const run = scene.start(['capture', '-i', 'nwfl', '--buffer', '2MB', '-w', file]);
    await run.capturing;
    await until(() => fs.statSync(file).size > 10_000);
    // the kernel counts on while the file ends
    run.child.kill('SIGINT');
    const { said } = await run.ended;
    flood.stop();
    await flood.ended;
    const [received, droppedByKernel] = /nwfl: (\d+) received by the filter, (\d+) dropped by the kernel/
      .exec(said)!
      .slice(1)
      .map(Number);
    const statistics = statisticsOf(fs.readFileSync(file));
    // isb_ifrecv, isb_osdrop
    expect([statistics.get(4), statistics.get(7)]).toEqual([received, droppedByKernel]);
    expect(received).toBeGreaterThan(0);
  });
});
