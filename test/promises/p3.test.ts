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
    says: 'With --sandbox strict netwatch captures nothing (77) unless it has given up its user, its capabilities, the means to get new ones and, by Landlock, all files.',
    tested: 'strace makes each of the calls that give something up fail; then a capture where all calls succeed.',
    notPromised:
      'There is no --sandbox-strict: the option is --sandbox strict. The default, on, continues without Landlock where the kernel has none.',
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
