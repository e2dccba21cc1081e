import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readCapture } from '../support/captures.ts';
import { type LiveScene, noLiveCapture, openLiveScene, parseLines } from '../support/live-scene.ts';
import { writeNumbered } from '../support/numbered-pcap.ts';
import { BIN, ROOT } from '../support/program.ts';
import { toolIsMissing } from '../support/tool.ts';
import { numbered, numbersOf, openVethPair, type VethPair } from '../support/veth-pair.ts';

const COUNT = 200_000;
const FLOOD_MS = 10_000;
const MIB = 1024 * 1024;

let scene: LiveScene;
let pair: VethPair;
beforeAll(async () => {
  if (noLiveCapture !== null) return;
  scene = openLiveScene('flood');
  pair = await openVethPair(scene, 'nwfl', 201);
  writeNumbered(fileOf('numbered.pcap'), COUNT, 200);
  writeNumbered(fileOf('small.pcap'), 20_000, 60);
});
afterAll(() => scene?.remove());

const fileOf = (name: string): string => path.join(scene.folder, name);
const CAPTURE = ['capture', '-i', 'nwfl', '--bpf', 'udp port 9'];
const COUNTED =
  /(\d+) packets captured; nwfl: (\d+) received by the filter, (\d+) dropped by the kernel, 0 by the interface, (\d+) not taken/;
const countsIn = (said: string): number[] => COUNTED.exec(said)!.slice(1).map(Number);

/**
 * Sends the packets of a file; resolves when that is done. It gives way to who captures: on two cores three processes want
 * to run, and how long netwatch waits for its turn is not what is measured.
 */
function replay(file: string, ...options: readonly string[]): Promise<unknown> {
  const child = spawn(
    'ip',
    ['netns', 'exec', scene.name, 'nice', 'tcpreplay', '-q', '-K', ...options, '-i', pair.far, fileOf(file)],
    {
      stdio: 'ignore',
    },
  );
  return new Promise((resolve) => child.once('exit', resolve));
}
const paced = (): Promise<unknown> => replay('numbered.pcap', '--pps', '50000');

describe.skipIf(noLiveCapture !== null || toolIsMissing('tcpreplay'))('many packets', { timeout: 60_000 }, () => {
  test('200,000 at 50,000 a second, into a file: each of them, once', async () => {
    const file = fileOf('paced.pcap');
    const run = scene.start([...CAPTURE, '-w', file]);
    await run.capturing;
    await paced();
    run.child.kill('SIGINT');
    const { said } = await run.ended;
    expect(countsIn(said)).toEqual([COUNT, COUNT, 0, 0]);
    const { frames, problems } = await readCapture(fs.readFileSync(file));
    expect(problems).toEqual([]);
    expect(numbersOf(frames)).toEqual(numbered(0, COUNT));
  });

  test('with a small buffer and a netwatch that stands still: what is missing is counted, where it is missing', async () => {
    const run = scene.start([...CAPTURE, '--buffer', '2MB', '--json', '--fields', 'number']);
    await run.capturing;
    const sent = paced();
    await sleep(1000);
    run.child.kill('SIGSTOP');
    await sleep(2000);
    run.child.kill('SIGCONT');
    await sent;
    await sleep(1000);
    run.child.kill('SIGINT');
    const { status, out, said } = await run.ended;
    const [captured, received, dropped, left] = countsIn(said);
    expect(status).toBe(0);
    expect([received, captured! + dropped!, left]).toEqual([COUNT, COUNT, 0]);
    expect(dropped).toBeGreaterThan(0);
    const rows = parseLines(out);
    const gaps = rows.filter(({ type }) => type === 'gap');
    expect(rows.length - gaps.length).toBe(captured);
    expect(gaps.reduce((sum, gap) => sum + (gap.dropped as number), 0)).toBe(dropped);
    expect(rows.findIndex(({ type }) => type === 'gap')).toBeGreaterThan(1000);
    expect(gaps[0]).toMatchObject({ iface: 'nwfl', reason: expect.stringContaining('slower than nwfl') });
  });

  test('a reader that wants one line gets it, and ends it', async () => {
    const flood = replay('small.pcap', '--topspeed', '-l', '100000', '--duration', '3');
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
      /(\d+) packets captured; nwfl: (\d+) received by the filter, (\d+) dropped by the kernel, 0 by the interface, (\d+) not taken by netwatch; (\d+) more not read/;
    const [captured, received, dropped, left, unread] = words.exec(said)!.slice(1).map(Number);
    expect(captured! + dropped! + left! + unread!).toBe(received);
    await flood;
  });

  test('a reader that reads nothing for a while: memory stays bounded, and it is told what it missed', async () => {
    const flood = replay('small.pcap', '--topspeed', '-l', '100000', '--duration', '7');
    const preload = `--import ${path.join(ROOT, 'test/support/loop-delay.js')}`;
    const command = `${process.execPath} ${preload} ${BIN} capture -i nwfl --json --fields number --duration 7`;
    const argv = ['netns', 'exec', scene.name, 'bash', '-c', `${command} | (sleep 5; grep gap)`];
    const child = spawn('ip', argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, said] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text));
    child.stderr.on('data', (text: Buffer) => (said += text));
    await new Promise((resolve) => child.once('close', resolve));
    const dropped = Number(/(\d+) dropped by the kernel/.exec(said)![1]);
    expect(dropped).toBeGreaterThan(100_000);
    expect(parseLines(out).reduce((sum, gap) => sum + (gap.dropped as number), 0)).toBe(dropped);
    expect(Number(/memory (\d+)/.exec(said)![1])).toBeLessThan(200 * MIB);
    await flood;
  });

  test.each([
    ['live statistics', ['stats', '-i', 'nwfl', '--by', 'all', '--interval', '1', '--json']],
    ['a filter and records', ['capture', '-i', 'nwfl', '-f', 'udp.port == 9', '--json']],
    ['a file', ['capture', '-i', 'nwfl', '-w', 'FILE']],
  ])('a flood, and %s: it stays responsive, and small', { retry: 2 }, async (_what, argv) => {
    const args = argv.map((word) => (word === 'FILE' ? fileOf('flood.pcap') : word));
    const flood = replay('small.pcap', '--topspeed', '-l', '100000', '--duration', String(FLOOD_MS / 1000 + 3));
    const preload = ['--import', path.join(ROOT, 'test/support/loop-delay.js')];
    const child = spawn('ip', ['netns', 'exec', scene.name, process.execPath, ...preload, BIN, ...args], {
      stdio: ['ignore', fs.openSync('/dev/null', 'w'), 'pipe'],
      env: { PATH: process.env.PATH ?? '', NETWATCH_CONFIG: 'none' },
    });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
    const ended = new Promise((resolve) => child.once('close', resolve));
    await sleep(FLOOD_MS);
    const sensor = execFileSync('pgrep', ['-P', String(child.pid), '-f', 'sensor.js'], { encoding: 'utf8' }).trim();
    const sensorMemory = Number(/^VmHWM:\s+(\d+) kB$/m.exec(fs.readFileSync(`/proc/${sensor}/status`, 'utf8'))![1]);
    const start = performance.now();
    child.kill('SIGINT');
    await ended;
    const took = performance.now() - start;
    const [stall, memory] = /stall (\d+) memory (\d+)/.exec(said)!.slice(1).map(Number);
    const [captured, received, dropped, left] =
      /(\d+) packets captured; nwfl: (\d+) received by the filter, (\d+) dropped by the kernel, \d+ by the interface, (\d+) not/
        .exec(said)!
        .slice(1)
        .map(Number);
    console.info(
      `${argv[0]}: ${captured} packets, ${dropped} dropped, stall ${stall} ms, end after ${Math.round(took)} ms, ${Math.round(memory! / MIB)} MiB, sensor ${Math.round(sensorMemory / 1024)} MiB`,
    );
    expect(captured).toBeGreaterThan(500_000);
    expect(captured! + dropped! + left!).toBe(received);
    expect(stall).toBeLessThan(100);
    expect(took).toBeLessThan(1000);
    expect(memory).toBeLessThan(250 * MIB);
    expect(sensorMemory).toBeLessThan(120 * 1024);
    await flood;
  });
});
