import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openProcessFolder } from './process-folder.ts';

const SOURCES = path.join(import.meta.dirname, '../../../src/platform');
const WORKER = 'proc-pid-fd-worker.js';

/** Prints the sockets found as "pid/fd inode", and whether a worker was at it. */
const SCRIPT = `
import { openHost } from './host.js';
import { realClock } from './real-clock.js';
import { startScan } from './started-scan.js';
const [root, wait] = process.argv.slice(2);
const shared = [];
globalThis.SharedArrayBuffer = class extends SharedArrayBuffer {
  constructor(length) {
    super(length);
    shared.push(new Int32Array(this));
  }
};
const scan = startScan(openHost(root, realClock));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
// the first that both threads share is what was read of each process
if (wait === 'until all is read') while (!shared[0].every((descriptors) => descriptors >= 0x4000_0000)) await pause(10);
else await pause(Number(wait));
if (process.argv[4] === 'abandon') {
  await scan.abandon();
  // all is taken, and a worker that was at it has answered
  console.log(JSON.stringify({ left: shared[0].filter((descriptors) => descriptors < 0x4000_0000).length }));
  process.exit();
}
const { processes, unreadable } = await scan.finish();
const sockets = processes.flatMap(({ pid, fds, inodes }) =>
  [...fds].flatMap((fd, index) => (inodes[index] === 0 ? [] : [pid + '/' + fd + ' ' + inodes[index]])),
);
console.log(JSON.stringify({ sockets: sockets.sort(), unreadable, isEarly: scan.isEarly, parts: processes.length }));
`;

let dist: string;

beforeAll(async () => {
  dist = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-worker-'));
  await build({
    entryPoints: [
      'machine/host.ts',
      'machine/real-clock.ts',
      'linux/started-scan.ts',
      'linux/proc-pid-fd-worker.ts',
    ].map((file) => path.join(SOURCES, file)),
    outdir: dist,
    entryNames: '[name]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    external: ['koffi'],
  });
  fs.writeFileSync(path.join(dist, 'package.json'), '{"type":"module"}');
  fs.writeFileSync(path.join(dist, 'scan.js'), SCRIPT);
});
afterAll(() => fs.rmSync(dist, { recursive: true }));

/** A machine with this many sockets by its own account, of which three processes hold 1200. */
function machine(sockets: number): { root: string; expected: string[] } {
  const links = (from: number, count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [index + 3, `socket:[${from + index}]`]));
  const folder = openProcessFolder({
    10: { fds: links(1000, 700) },
    11: { fds: links(2000, 1) },
    12: { fds: links(3000, 499) },
  });
  fs.mkdirSync(`${folder.host.root}/proc/net`);
  fs.writeFileSync(`${folder.host.root}/proc/net/sockstat`, `sockets: used ${sockets}\nTCP: inuse 5\n`);
  const expected = [
    ...Array.from({ length: 700 }, (_, index) => `10/${index + 3} ${1000 + index}`),
    '11/3 2000',
    ...Array.from({ length: 499 }, (_, index) => `12/${index + 3} ${3000 + index}`),
  ];
  return { root: folder.host.root!, expected: expected.sort() };
}

async function scan(
  root: string,
  wait: number | 'until all is read',
): Promise<{ sockets: string[]; isEarly: boolean; parts: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [path.join(dist, 'scan.js'), root, `${wait}`]);
  return JSON.parse(stdout);
}

const canShare = os.availableParallelism() > 1;
if (!canShare) console.warn('skipped: scans with a worker thread: one processor');

test('few sockets are not worth a worker', async () => {
  const { root, expected } = machine(40_000);
  expect(await scan(root, 0)).toEqual({ sockets: expected, unreadable: [], isEarly: false, parts: 3 });
});

describe.skipIf(!canShare)('many sockets', () => {
  test('are found by both threads together, each once', async () => {
    const { root, expected } = machine(90_000);
    for (const waitMs of [0, 20, 30, 40]) {
      expect(await scan(root, waitMs)).toMatchObject({ sockets: expected, isEarly: true });
    }
  });

  test('are found by the worker alone, while the main thread does something else', async () => {
    const { root, expected } = machine(90_000);
    expect(await scan(root, 'until all is read')).toEqual({
      sockets: expected,
      unreadable: [],
      isEarly: true,
      parts: 3,
    });
  });

  test('are let alone when nobody wants them any more', async () => {
    const { root } = machine(90_000);
    for (const waitMs of ['0', '20', '30', '40', 'until all is read']) {
      const args = [path.join(dist, 'scan.js'), root, waitMs, 'abandon'];
      const { stdout } = await promisify(execFile)(process.execPath, args);
      expect(JSON.parse(stdout)).toEqual({ left: 0 });
    }
  });

  test('are found by the main thread alone when the worker fails, or is not there', async () => {
    const { root, expected } = machine(90_000);
    const file = path.join(dist, WORKER);
    const text = fs.readFileSync(file);
    fs.writeFileSync(file, 'throw new Error("broken");');
    expect(await scan(root, 0)).toMatchObject({ sockets: expected, isEarly: true });
    expect(await scan(root, 500)).toMatchObject({ sockets: expected, isEarly: true });
    fs.rmSync(file);
    expect(await scan(root, 0)).toMatchObject({ sockets: expected, isEarly: false });
    fs.writeFileSync(file, text);
  });
});
