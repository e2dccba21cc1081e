import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { isUnprivileged } from '../../src/platform/linux/drop-privileges.ts';
import { type LiveScene, noLiveCapture, openLiveScene, until } from '../support/live-scene.ts';
import { BIN, ROOT } from '../support/program.ts';
import { descendantsOf, threadsOf, uidOf } from '../support/threads.ts';
import { promised } from './promise.ts';

const USER = 1234;
const LIVE = [
  ['capture', '-i', 'lo'],
  ['stats', '-i', 'lo', '--duration', '30'],
  ['follow', '-i', 'lo', '--all', '--json'],
  ['capture', '-i', 'lo', '--fields', 'process', '--no-ebpf'],
];
const FILES = [
  ['stats', '-r'],
  ['capture', '-r'],
  ['follow', '--list', '-r'],
  ['conns', '-r'],
  ['export', 'packets', '-r'],
];

promised(
  {
    id: 'P1',
    says: 'Root dissects nothing: before netwatch looks at the first packet, live or from a file, every thread of the program and of the capturing process belongs to another user and has no capability.',
    tested:
      'The threads of running captures, live ones and files that wait in a pipe, started by sudo; no thread may read /etc/shadow or become root again.',
    notPromised:
      'The process that looks up which processes own packets keeps two capabilities, but sees no packet. conns, ifaces and probe without packets, and any run with --sandbox off, keep the user who started them.',
    skipped: noLiveCapture,
    timeoutMs: 180_000,
  },
  async () => {
    const scene = openLiveScene('p1');
    try {
      fs.chmodSync(scene.folder, 0o755);
      let threads = 0;
      for (const argv of LIVE) {
        const run = scene.start(argv, ['env', `SUDO_UID=${USER}`, `SUDO_GID=${USER}`]);
        await run.capturing;
        await until(() => threadsOf(run.pid).every(isUnprivileged));
        threads += unprivileged(run.pid);
        for (const pid of descendantsOf(run.pid)) {
          const isReader = fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('socket-reader');
          if (!isReader) threads += unprivileged(pid);
          else expect(uidOf(threadsOf(pid))).toBe(USER);
        }
        run.child.kill('SIGINT');
        await run.ended;
      }
      for (const argv of FILES) threads += await whileReading(scene, argv);
      return `0 privileges in ${threads} threads of ${LIVE.length} live captures and ${FILES.length} readings of a file`;
    } finally {
      scene.remove();
    }
  },
);

/** How many threads the process has, none of which may do anything. */
function unprivileged(pid: number): number {
  const threads = threadsOf(pid);
  for (const thread of threads) expect(isUnprivileged(thread), thread).toBe(true);
  expect(uidOf(threads)).toBe(USER);
  return threads.length;
}

/** Reads half a capture from a pipe of root's, and looks while the rest does not come. */
async function whileReading(scene: LiveScene, argv: readonly string[]): Promise<number> {
  const pipe = path.join(scene.folder, `pipe ${argv.join(' ')}`);
  expect(spawnSync('mkfifo', ['-m', '600', pipe]).status).toBe(0);
  const fd = fs.openSync(pipe, fs.constants.O_RDWR);
  const child = spawn(process.execPath, [BIN, ...argv, pipe], {
    stdio: 'ignore',
    env: { PATH: process.env.PATH, NETWATCH_CONFIG: 'none', SUDO_UID: String(USER), SUDO_GID: String(USER) },
  });
  try {
    fs.writeSync(fd, fs.readFileSync(path.join(ROOT, 'test/captures/loopback.pcap')).subarray(0, 1500));
    const ended = new Promise((resolve) => child.on('close', resolve));
    await until(() => threadsOf(child.pid!).every(isUnprivileged));
    const threads = unprivileged(child.pid!);
    child.kill('SIGINT');
    await ended;
    return threads;
  } finally {
    child.kill('SIGKILL');
    fs.closeSync(fd);
  }
}
