import { expect, test } from 'vitest';
import type { Prober, Reply } from '../../../src/core/health/prober.ts';
import { probeRound, stateOf } from '../../../src/core/health/round.ts';
import { replyOf } from '../../support/probe-rows.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

test.each<[readonly (number | null | undefined)[], string]>([
  [[1, 2], 'up'],
  [[1, null], 'degraded'],
  [[null, null], 'down'],
  [[], 'unknown'],
  [[undefined], 'unknown'],
  // what could not be asked says nothing of what could
  [[undefined, 1], 'up'],
  [[undefined, null], 'down'],
])('replies %j are %s', (times, state) => {
  expect(stateOf(times.map((time) => replyOf(time)))).toBe(state);
});

/** Answers each probe after so many milliseconds; notes when it was sent. */
function prober(clock: ReturnType<typeof virtualClock>, takes: readonly number[], sent: number[]): Prober {
  return {
    async send(_timeout, signal): Promise<Reply> {
      const after = takes[sent.length] ?? 0;
      sent.push(clock.monotonic() - 5000);
      await clock.sleep(after, signal);
      return replyOf(after);
    },
    duplicates: () => null,
    close: () => {},
  };
}

test('probes are sent the interval apart, whatever becomes of those before, and replies stand in their order', async () => {
  const clock = virtualClock();
  const sent: number[] = [];
  const replies = probeRound(
    prober(clock, [2500, 10, 20], sent),
    { count: 3, intervalMs: 1000, timeoutMs: 5000 },
    clock,
    new AbortController().signal,
  );
  await clock.pass(3000);
  expect(sent).toEqual([0, 1000, 2000]);
  expect((await replies).map(({ rttMs }) => rttMs)).toEqual([2500, 10, 20]);
});

test('an abort ends it with the replies there are', async () => {
  const clock = virtualClock();
  const sent: number[] = [];
  const abort = new AbortController();
  const plan = { count: 100, intervalMs: 1000, timeoutMs: 5000 };
  const replies = probeRound(prober(clock, [], sent), plan, clock, abort.signal);
  await clock.pass(2500);
  abort.abort();
  expect(await replies).toHaveLength(3);
});
