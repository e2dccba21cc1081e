import { expect } from 'vitest';
import { isUnprivileged } from '../../src/platform/linux/drop-privileges.ts';
import { noLiveCapture, openLiveScene } from '../support/live-scene.ts';
import { descendantsOf, threadsOf } from '../support/threads.ts';
import { toolIsMissing } from '../support/tool.ts';
import { promised } from './promise.ts';

const REFUSED = [
  ['landlock_create_ruleset', 'ENOSYS'],
  ['landlock_restrict_self', 'E2BIG'],
  ['prctl', 'EINVAL'],
  ['setuid', 'EPERM'],
] as const;

promised(
  {
    id: 'P3',
    says: 'With --sandbox strict nothing is captured (77) unless user, capabilities, the means to get new ones and, by Landlock, all files are given up.',
    tested: 'Each of the calls that give something up made to fail by strace; then a capture where all succeed.',
    notPromised:
      'There is no --sandbox-strict: it is --sandbox strict. The standard, on, goes on without Landlock where the kernel has none.',
    skipped: noLiveCapture ?? (toolIsMissing('strace') ? 'strace is not installed' : null),
    timeoutMs: 120_000,
  },
  async () => {
    const scene = openLiveScene('p3');
    try {
      const argv = ['capture', '-i', 'lo', '--sandbox', 'strict'];
      for (const [call, error] of REFUSED) {
        const injected = ['-e', `trace=${call}`, '-e', `inject=${call}:error=${error}`];
        const ended = await scene.start(argv, ['strace', '-f', '-qq', '-o', '/dev/null', ...injected]).ended;
        expect([call, ended.status, ended.out]).toEqual([call, 77, '']);
        expect(ended.said).not.toContain('capturing on');
      }
      const run = scene.start(argv);
      await run.capturing;
      const threads = descendantsOf(run.pid).flatMap(threadsOf);
      for (const thread of threads) {
        expect(isUnprivileged(thread), thread).toBe(true);
        expect(thread).toMatch(/^NoNewPrivs:\t1$/m);
      }
      run.child.kill('SIGINT');
      expect((await run.ended).status).toBe(0);
      return `${REFUSED.length} of ${REFUSED.length} failing calls end it with 77; else ${threads.length} threads with nothing left`;
    } finally {
      scene.remove();
    }
  },
);
