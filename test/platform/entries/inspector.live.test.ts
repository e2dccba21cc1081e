import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { NO_INSPECTOR } from '../../../src/platform/machine/no-inspector.ts';
import { noLiveCapture, openLiveScene } from '../../support/live-scene.ts';
import { BIN, ROOT } from '../../support/program.ts';
import { toolIsMissing } from '../../support/tool.ts';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'netwatch-inspector-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

describe.skipIf(toolIsMissing('strace'))('SIGUSR1 is listened for before anything of netwatch is loaded', () => {
  test.each([
    ['the program', BIN, /dist\/main\.cjs"/],
    ['the sensor', path.join(ROOT, 'dist/sensor.js'), /dist\/sensor-\w+\.js"/],
    ['the reader of sockets', path.join(ROOT, 'dist/socket-reader.js'), /dist\/socket-reader-\w+\.js"/],
    ['the writer of files', path.join(ROOT, 'dist/file-writer.js'), /dist\/file-writer-\w+\.js"/],
  ])('%s', { timeout: 60_000 }, (_what, entry, loaded) => {
    const trace = path.join(folder, 'trace');
    const traced = ['-f', '-e', 'trace=rt_sigaction,open,openat', '-o', trace, process.execPath, entry, '--version'];
    spawnSync('strace', traced, { stdio: 'ignore' });
    const calls = fs.readFileSync(trace, 'utf8').split('\n');
    const first = calls.findIndex((call) => loaded.test(call));
    expect(first).toBeGreaterThan(0);
    const before = calls.slice(0, first).filter((call) => /rt_sigaction\(SIGUSR1, \{sa_handler=0x/.test(call));
    // node's own, which opens the inspector, and the one in its place
    expect(before.length).toBeGreaterThanOrEqual(2);
  });
});

test('a node that netwatch starts opens no inspector, and goes on', () => {
  const script = `process.kill(process.pid, 'SIGUSR1'); setTimeout(() => console.log(require('node:inspector').url()), 500)`;
  const { stdout, stderr, status } = spawnSync(process.execPath, [...NO_INSPECTOR, '-e', script], { encoding: 'utf8' });
  expect([stdout, status]).toEqual(['undefined\n', 0]);
  expect(stderr).not.toContain('Debugger listening');
});

/** Whether a process has a handler for SIGUSR1: before node has, the signal would end it. */
function listensForUsr1(pid: number): boolean {
  try {
    const caught = /^SigCgt:\s+([0-9a-f]+)$/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'latin1'))![1]!;
    return (BigInt(`0x${caught}`) & 0x200n) !== 0n;
  } catch {
    return false;
  }
}

test.skipIf(noLiveCapture !== null)(
  'SIGUSR1 from their first moment on, to the processes of a capture',
  {
    timeout: 60_000,
  },
  async () => {
    const scene = openLiveScene('usr1');
    try {
      const run = scene.start(['conns', '--packets', '--interval', '1', '-c', '3', '--json']);
      const children = new Set<number>();
      let listening = '';
      let isOver = false;
      void run.ended.then(() => {
        isOver = true;
      });
      while (!isOver) {
        const { stdout } = spawnSync('pgrep', ['-P', String(run.pid)], { encoding: 'utf8' });
        for (const pid of stdout.split('\n').map(Number)) {
          if (pid === 0 || !/node/.test(commandOf(pid)) || !listensForUsr1(pid)) continue;
          children.add(pid);
          process.kill(pid, 'SIGUSR1');
        }
        listening += execFileSync('ip', ['netns', 'exec', scene.name, 'ss', '-tlnpH'], { encoding: 'utf8' });
        await sleep(5);
      }
      const { status, said } = await run.ended;
      expect(status, said).toBe(0);
      expect(children.size).toBeGreaterThanOrEqual(2);
      expect(listening).toBe('');
    } finally {
      scene.remove();
    }
  },
);

function commandOf(pid: number): string {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')[0]!;
  } catch {
    return '';
  }
}
