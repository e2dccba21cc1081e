import { describe, expect, test } from 'vitest';
import { every } from '../../../src/core/system/clock.ts';
import { realClock } from '../../../src/platform/machine/real-clock.ts';
import { virtualClock } from '../../support/virtual-clock.ts';

describe('the clock of this machine', () => {
  test('tells the time of day in fractions of a millisecond, and agrees with that of the system', async () => {
    for (let round = 0; round < 200; round++) {
      const before = Date.now();
      const told = realClock.wallAt(realClock.monotonic());
      const after = Date.now();
      // Date.now() cuts off what is below a millisecond; both may be half a one apart before that is followed
      expect(told).toBeGreaterThan(before - 1);
      expect(told).toBeLessThan(after + 2);
      await new Promise(setImmediate);
    }
  });

  test('counts from the start of the system, and has fractions', () => {
    const [before, told, after] = [process.hrtime.bigint(), realClock.monotonic(), process.hrtime.bigint()];
    expect(told * 1e6).toBeGreaterThanOrEqual(Number(before));
    expect(told * 1e6).toBeLessThanOrEqual(Number(after));
    const fractions = Array.from({ length: 20 }, () => realClock.monotonic() % 1);
    expect(new Set(fractions).size).toBeGreaterThan(1);
  });

  test('calls what was set in the order of its time, once, and not what was cleared', async () => {
    const called: string[] = [];
    realClock.after(30, () => called.push('c'));
    realClock.after(-5, () => called.push('a'));
    realClock.after(10, () => called.push('never'))();
    realClock.after(20, () => called.push('b'));
    await realClock.sleep(40);
    expect(called).toEqual(['a', 'b', 'c']);
  });

  test('a sleep ends when it is interrupted, also before it', async () => {
    const abort = new AbortController();
    const sleeping = realClock.sleep(2 ** 40, abort.signal); // longer than setTimeout knows
    abort.abort();
    await sleeping;
    await realClock.sleep(2 ** 40, abort.signal);
  });
});

test('what is done again and again is so after each time, until it is ended', () => {
  const clock = virtualClock();
  const at: number[] = [];
  const start = clock.monotonic();
  const end = every(clock, 100, () => {
    at.push(clock.monotonic() - start);
    if (at.length === 4) end();
  });
  clock.advance(250);
  expect(at).toEqual([100, 200]);
  clock.advance(1000);
  expect(at).toEqual([100, 200, 300, 400]);
  expect(clock.timers()).toBe(0);
});
