import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { isStopped, processExists } from '../../../src/platform/linux/process-state.ts';
import { until } from '../../support/live-scene.ts';

describe.skipIf(process.platform !== 'linux')('a child', () => {
  let child: ChildProcess;
  afterEach(() => child.kill('SIGKILL'));

  test('is stopped, goes on, is stopped again and ends: told as often as it is asked', async () => {
    child = spawn('sleep', ['60']);
    const pid = child.pid!;
    expect(isStopped(pid)).toBe(false);
    for (let turn = 0; turn < 2; turn++) {
      child.kill('SIGSTOP');
      await until(() => isStopped(pid));
      expect([isStopped(pid), isStopped(pid)]).toEqual([true, true]);
      child.kill('SIGCONT');
      await until(() => !isStopped(pid));
    }
    // the end of it is still for whoever waits
    const ended = new Promise((resolve) => child.once('exit', (_status, signal) => resolve(signal)));
    child.kill('SIGTERM');
    expect(await ended).toBe('SIGTERM');
    expect(isStopped(pid)).toBe(false);
  });
});

test('a process is there, of another user too, or is not', () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  expect([process.pid, 1, gone, 0, -1, 2 ** 32 + 1].map(processExists)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
