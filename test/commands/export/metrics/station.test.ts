import { expect, test } from 'vitest';
import { run } from '../../../../src/commands/program/program.ts';
import type { Platform } from '../../../../src/core/system/platform.ts';
import { type FakeContext, fakeContext } from '../../../support/fake-context.ts';
import { fakePlatform, readingOf, socketOf } from '../../../support/fake-platform.ts';

/** Listens for so long, on a clock that moves only while netwatch sleeps; `failsFrom` is the reading of sockets that fails first. */
async function listening(lastsMs: number, failsFrom = Number.POSITIVE_INFINITY) {
  const counts = { sockets: 0, interfaces: 0 };
  const plain = fakePlatform([readingOf([socketOf()])]);
  const platform: Platform = {
    ...plain,
    openSockets: (request) => {
      const source = plain.openSockets(request);
      if (request.protocols !== null) return source; // those of MPTCP alone
      const read = async () => {
        if (++counts.sockets >= failsFrom) throw new Error('the reader is gone');
        return source.read();
      };
      return { ...source, read };
    },
    readInterfaces: async () => {
      counts.interfaces++;
      return plain.readInterfaces();
    },
  };
  const onSleep = (elapsed: number, context: FakeContext): void => {
    if (elapsed >= lastsMs) context.interrupt();
  };
  const context = fakeContext({ platform, onSleep });
  const status = run(context, ['export', 'metrics', '--listen', '0']).catch((error: unknown) => error);
  return { status: await status, said: context.said, ...counts };
}

const HOUR_MS = 3_600_000;

test('while nobody asks, interfaces are read every 15 seconds and sockets every minute; an interrupt is the normal end', async () => {
  const { status, said, sockets, interfaces } = await listening(HOUR_MS);
  expect(status).toBe(0);
  expect(said).toEqual([expect.stringMatching(/^listening on http:\/\/127\.0\.0\.1:\d+\/ and /)]);
  // and once at the start: is there a device of WireGuard?
  expect(interfaces).toBe(1 + 240);
  // the first two looks are 15 seconds apart
  expect(sockets).toBeGreaterThanOrEqual(60);
  expect(sockets).toBeLessThanOrEqual(62);
});

test('a machine that cannot be read for a minute is the end, and the reason is said once before', async () => {
  const { status, said } = await listening(HOUR_MS, 10);
  expect(status).toMatchObject({ message: 'the reader is gone' });
  expect(said.filter((line) => line === 'the machine cannot be read: the reader is gone')).toHaveLength(1);
});
