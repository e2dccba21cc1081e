import { describe, expect, test } from 'vitest';
import { compileSchedule } from '../../../src/core/health/cron-schedule.ts';
import { rounds, scheduledRounds } from '../../../src/core/health/schedule.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const MINUTE = 60_000;
/** 03:02:30, so that the first moment of a schedule is not at once. */
const START = Date.parse('2026-01-02T03:02:30.000Z');

/** Collects when rounds begin, each taking as long as `takes` says, in seconds since the start. */
function collect(
  clock: VirtualClock,
  source: AsyncGenerator<number>,
  takes: (round: number) => number = () => 0,
): { readonly begun: number[]; readonly done: Promise<void> } {
  const start = clock.monotonic();
  const begun: number[] = [];
  const signal = new AbortController().signal;
  const done = (async () => {
    for await (const at of source) {
      begun.push((at - start) / 1000);
      await clock.sleep(takes(begun.length - 1) * 1000, signal);
    }
  })();
  return { begun, done };
}

describe('each so often', () => {
  test('one round without it', async () => {
    const clock = virtualClock();
    const { begun, done } = collect(clock, rounds(null, clock, new AbortController().signal));
    await clock.pass(10_000);
    await done;
    expect(begun).toEqual([0]);
  });

  test('on the grid of the first, whatever rounds take', async () => {
    const clock = virtualClock();
    const { begun } = collect(clock, rounds(10_000, clock, new AbortController().signal), (round) => round);
    await clock.pass(50_000);
    expect(begun).toEqual([0, 10, 20, 30, 40, 50]);
  });

  test('rounds that are missed are not made up for', async () => {
    const clock = virtualClock();
    const { begun } = collect(clock, rounds(10_000, clock, new AbortController().signal), (round) =>
      round === 1 ? 34 : 1,
    );
    await clock.pass(70_000);
    expect(begun).toEqual([0, 10, 50, 60, 70]);
  });

  test('nor those of an hour of sleep', async () => {
    const clock = virtualClock();
    const { begun } = collect(clock, rounds(10_000, clock, new AbortController().signal), () => 1);
    await clock.pass(15_000);
    clock.suspend(3_600_000);
    await clock.pass(20_000);
    // the one that was waited for comes late, the next is on the grid again
    expect(begun).toEqual([0, 10, 3615, 3620, 3630]);
  });

  test('setting the wall clock changes nothing', async () => {
    const clock = virtualClock();
    const { begun } = collect(clock, rounds(10_000, clock, new AbortController().signal));
    await clock.pass(12_000);
    clock.set(clock.now() - 24 * 60 * MINUTE);
    await clock.pass(20_000);
    expect(begun).toEqual([0, 10, 20, 30]);
  });

  test('an abort ends it at once', async () => {
    const clock = virtualClock();
    const abort = new AbortController();
    const { begun, done } = collect(clock, rounds(10_000, clock, abort.signal));
    await clock.pass(25_000);
    abort.abort();
    await done;
    expect(begun).toEqual([0, 10, 20]);
  });
});

describe('by the wall clock', () => {
  const begin = async (source: string, takes?: (round: number) => number, abort = new AbortController()) => {
    const clock = virtualClock(START);
    return {
      clock,
      ...collect(clock, scheduledRounds(await compileSchedule(source, START), clock, abort.signal), takes),
    };
  };
  const minutes = (begun: readonly number[]): readonly number[] => begun.map((second) => (second + 150) / 60);

  test('every fifth minute, and not at once', async () => {
    const { clock, begun } = await begin('*/5 * * * *');
    await clock.pass(20 * MINUTE);
    expect(minutes(begun)).toEqual([5, 10, 15, 20]);
  });

  test('rounds do not overlap, and what is missed is not made up for', async () => {
    const { clock, begun } = await begin('*/5 * * * *', (round) => (round === 0 ? 720 : 1));
    await clock.pass(30 * MINUTE);
    expect(minutes(begun)).toEqual([5, 20, 25, 30]);
  });

  test('a machine that slept does not catch up', async () => {
    const { clock, begun } = await begin('*/5 * * * *', () => 1);
    await clock.pass(4 * MINUTE);
    clock.suspend(31 * MINUTE);
    await clock.pass(9 * MINUTE);
    // it slept from 6:30 to 37:30
    expect(minutes(begun)).toEqual([5, 40, 45]);
  });

  test('it follows a clock that is set', async () => {
    const { clock, begun } = await begin('0 * * * *', () => 1);
    await clock.pass(MINUTE);
    clock.set(Date.parse('2026-01-02T03:59:00.000Z'));
    await clock.pass(2 * MINUTE);
    expect(begun).toEqual([120]);
    clock.set(Date.parse('2026-01-02T02:59:00.000Z'));
    await clock.pass(2 * MINUTE);
    expect(begun).toEqual([120, 240]);
  });

  test('an abort ends it', async () => {
    const abort = new AbortController();
    const { clock, begun, done } = await begin('* * * * *', undefined, abort);
    await clock.pass(MINUTE);
    abort.abort();
    await done;
    expect(begun).toHaveLength(1);
  });
});

describe('a cron expression', () => {
  test.each([['61 * * * *'], ['* * * *'], ['* * * * * *'], ['@reboot'], ['*/0 * * * *'], ['x'], ['0 0 30 2 *']])(
    '%s is refused with its place',
    async (source) => {
      await expect(compileSchedule(source, START)).rejects.toMatchObject({
        exit: 64,
        place: { text: source, column: 0 },
      });
    },
  );

  test('names are known', async () => {
    const next = await compileSchedule('@hourly', START);
    expect(new Date(next(Date.parse('2026-01-02T03:04:05Z'))!).toISOString()).toMatch(/:00:00\.000Z$/);
  });
});
