import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isUnprivileged } from '../../src/platform/linux/drop-privileges.ts';
import { type LiveScene, noLiveCapture, openLiveScene } from '../support/live-scene.ts';
import { toolIsMissing } from '../support/tool.ts';

let scene: LiveScene;
beforeAll(() => {
  if (noLiveCapture === null) scene = openLiveScene('priv');
});
afterAll(() => scene?.remove());

const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
const AMBIENT = [...NOBODY, '--inh-caps=+net_raw', '--ambient-caps=+net_raw'];

const sensorOf = (pid: number): number =>
  Number(execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).trim());

/** The text of status for each thread of a process. */
function threadsOf(pid: number): string[] {
  const folder = `/proc/${pid}/task`;
  return fs.readdirSync(folder).map((thread) => fs.readFileSync(path.join(folder, thread, 'status'), 'utf8'));
}

const uidsOf = (threads: readonly string[]): Set<string> =>
  new Set(threads.map((status) => /^Uid:\s+(.*)$/m.exec(status)![1]!));

describe.skipIf(noLiveCapture !== null)('privileges of a live capture', { timeout: 30_000 }, () => {
  test.each<[string, readonly string[], number]>([
    ['root', [], 65_534],
    ['who called sudo', ['env', 'SUDO_UID=1234', 'SUDO_GID=1234'], 1234],
    ['a user with an ambient capability', AMBIENT, 65_534],
  ])('the sensor of %s keeps none, in any thread', async (_who, before, uid) => {
    const run = scene.start(['capture', '-i', 'lo', '--sandbox', 'strict'], before);
    await run.capturing;
    const threads = threadsOf(sensorOf(run.pid));
    run.child.kill('SIGINT');
    const { status } = await run.ended;
    expect(status).toBe(0);
    expect(threads.length).toBeGreaterThan(1);
    for (const thread of threads) expect(isUnprivileged(thread), thread).toBe(true);
    expect(uidsOf(threads)).toEqual(new Set([Array(4).fill(uid).join('\t')]));
  });

  test('--sandbox off keeps them, and says so', async () => {
    const run = scene.start(['capture', '-i', 'lo', '--sandbox', 'off']);
    await run.capturing;
    const threads = threadsOf(sensorOf(run.pid));
    run.child.kill('SIGINT');
    const { status, said } = await run.ended;
    expect([status, said]).toEqual([0, expect.stringContaining('--sandbox off: the process that captures keeps')]);
    expect(uidsOf(threads)).toEqual(new Set(['0\t0\t0\t0']));
    expect(threads.some(isUnprivileged)).toBe(false);
  });

  describe.skipIf(toolIsMissing('strace'))('a kernel that refuses', () => {
    const without = (call: string, error: string): string[] => [
      ...['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`],
    ];

    test.each<[string, readonly string[], string, number, RegExp]>([
      ['Landlock', without('landlock_create_ruleset', 'ENOSYS'), 'strict', 77, /strict: the kernel has no Landlock/],
      ['a ruleset', without('landlock_restrict_self', 'E2BIG'), 'strict', 77, /strict: Landlock refuses: .*errno 7/],
      ['no_new_privs', without('prctl', 'EINVAL'), 'strict', 77, /cannot give up its privileges: prctl: errno 22/],
      ['another user', without('setuid', 'EPERM'), 'on', 77, /cannot give up its privileges: EPERM.*\n.*--sandbox off/],
    ])('%s', async (_what, before, mode, status, message) => {
      const ended = await scene.start(['capture', '-i', 'lo', '--sandbox', mode], before).ended;
      expect(ended).toMatchObject({ status, out: '' });
      expect(ended.said).toMatch(message);
      expect(ended.said).not.toContain('capturing on');
    });

    test('without Landlock the rest is given up', async () => {
      const before = without('landlock_create_ruleset', 'ENOSYS');
      const run = scene.start(['capture', '-i', 'lo', '--duration', '1'], before);
      expect((await run.ended).status).toBe(0);
    });
  });
});
