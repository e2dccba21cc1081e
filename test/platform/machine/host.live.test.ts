import { expect, test } from 'vitest';
import { openHost } from '../../../src/platform/machine/host.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { toolIsMissing } from '../../support/tool.ts';

const host = openHost(null, realClock);
const failureOf = (script: string): Promise<unknown> => host.run('sh', ['-c', script]).catch((error) => error);

test('a command gives what it printed', async () => {
  expect(await host.run('sh', ['-c', 'printf "a\\nb\\n"; echo no >&2'])).toBe('a\nb\n');
});

test.each([
  ['one that fails', 'echo why >&2; exit 3'],
  ['one that is not there', 'exec no-such-tool'],
])('%s is a failure', async (_name, script) => {
  expect(await failureOf(script)).toMatchObject({ exit: 69, message: expect.stringMatching(/^sh: /) });
});

test.skipIf(toolIsMissing('yes'))('one that prints without end is ended', async () => {
  await expect(host.run('yes', ['a'.repeat(1000)])).rejects.toMatchObject({ exit: 69 });
});

test('one that leaves its pipe to what it has started is given up, and that is ended', async () => {
  const error = await failureOf('sleep 47113 & echo started');
  expect(error).toMatchObject({ exit: 69, message: 'sh: no end within 10 s' });
  await expect(host.run('sh', ['-c', 'ps -ef | grep "[s]leep 47113" || true'])).resolves.toBe('');
}, 40_000);
