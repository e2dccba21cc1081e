import { describe, expect, test } from 'vitest';
import { type TickPlan, ticks } from '../../../src/commands/listing/ticks.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

/**
 * When ticks come, in milliseconds after the first, and how many were missed before each. `busy` tells how long the reader
 * takes after the tick of that number; `stops` at which times the process is stopped, and for how long.
 */
async function ticksOf(
  plan: Partial<TickPlan>,
  busy: readonly number[] = [],
  stops: ReadonlyMap<number, number> = new Map(),
): Promise<[at: number, missed: number][]> {
  const clock = virtualClock();
  const start = clock.monotonic();
  for (const [at, millis] of stops) clock.after(at, () => clock.suspend(millis));
  const came: [number, number][] = [];
  const never = new AbortController().signal;
  const reader = (async () => {
    for await (const { monotonic, missed, number } of ticks(
      clock,
      { interval: 1000, count: null, duration: null, ...plan },
      never,
    )) {
      expect(number).toBe(came.length);
      came.push([monotonic - start, missed]);
      await clock.sleep(busy[number] ?? 0);
    }
  })();
  await clock.pass(60_000);
  await reader;
  return came;
}

describe('ticks keep to the grid of the first', () => {
  test('of a quick reader', async () => {
    expect(await ticksOf({ count: 4 })).toEqual([
      [0, 0],
      [1000, 0],
      [2000, 0],
      [3000, 0],
    ]);
  });

  test('of a reader that takes exactly an interval', async () => {
    expect(await ticksOf({ count: 3 }, [1000, 1000])).toEqual([
      [0, 0],
      [1000, 0],
      [2000, 0],
    ]);
  });

  test('of a slow reader: the next is the next point, and those that passed are counted', async () => {
    expect(await ticksOf({ count: 4 }, [10, 1001, 3500])).toEqual([
      [0, 0],
      [1000, 0],
      [3000, 1],
      [7000, 3],
    ]);
  });

  test('when the process is stopped: the late tick is followed by the next point', async () => {
    const stopped = new Map([[1900, 2400]]);
    expect(await ticksOf({ count: 5 }, [], stopped)).toEqual([
      [0, 0],
      [1000, 0],
      [4300, 0],
      [5000, 2],
      [6000, 0],
    ]);
  });

  test.each([
    // how long it is stopped, when the late tick comes, and the tick after it
    [3000, 4900, 5000, 2],
    [3001, 4901, 6000, 3],
    [3099, 4999, 6000, 3],
    [3100, 5000, 6000, 3],
    [3101, 5001, 6000, 3],
  ])(
    'when it is stopped for %i ms: a point too close to the late tick is passed over',
    async (millis, late, next, missed) => {
      expect(await ticksOf({ count: 5 }, [], new Map([[1900, millis]]))).toEqual([
        [0, 0],
        [1000, 0],
        [late, 0],
        [next, missed],
        [next + 1000, 0],
      ]);
    },
  );
});

test('a duration ends it, whatever was missed', async () => {
  expect(await ticksOf({ duration: 3000 })).toHaveLength(4);
  expect(await ticksOf({ duration: 3000 }, [0, 1500])).toEqual([
    [0, 0],
    [1000, 0],
    [3000, 1],
  ]);
  expect(await ticksOf({ duration: 3000 }, [0, 5000])).toHaveLength(2);
});

test('without an interval there is one', async () => {
  expect(await ticksOf({ interval: null })).toEqual([[0, 0]]);
});

test('a count ends it at its last tick, and does not wait for one more', async () => {
  const clock = virtualClock();
  const start = clock.monotonic();
  const numbers: number[] = [];
  const never = new AbortController().signal;
  const reader = (async () => {
    for await (const { number, at, monotonic } of ticks(clock, { interval: 1000, count: 2, duration: null }, never)) {
      expect(at).toBe(clock.now());
      expect(monotonic).toBe(clock.monotonic());
      numbers.push(number);
    }
    return clock.monotonic() - start;
  })();
  await clock.pass(5000);
  expect([await reader, numbers]).toEqual([1000, [0, 1]]);
  expect(await ticksOf({ count: 0 })).toEqual([]);
  expect(await ticksOf({ count: 1 })).toEqual([[0, 0]]);
});

test('a duration a millisecond short of a tick has no tick there', async () => {
  expect(await ticksOf({ duration: 2999 })).toHaveLength(3);
  expect(await ticksOf({ duration: 3001 })).toHaveLength(4);
});

test('a signal ends it before the next tick, and one that came before ends it at once', async () => {
  const clock = virtualClock();
  const end = new AbortController();
  const came: number[] = [];
  const reader = (async () => {
    for await (const { number } of ticks(clock, { interval: 1000, count: null, duration: null }, end.signal)) {
      came.push(number);
      if (number === 1) end.abort();
    }
  })();
  await clock.pass(9000);
  await reader;
  expect(came).toEqual([0, 1]);
  const none = ticks(clock, { interval: null, count: null, duration: null }, AbortSignal.abort());
  expect(await none.next()).toEqual({ done: true, value: undefined });
});
