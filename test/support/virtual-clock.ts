import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/core/system/clock.ts';

interface Timer {
  readonly until: number;
  readonly act: () => void;
}

export interface VirtualClock extends Clock {
  /** Lets time pass, from one timer to the next, each with all that follows from it, until `millis` have gone by. */
  pass(millis: number): Promise<void>;
  /** The same at once, for who answers in the middle of it: timers are called, and what follows from them comes later. */
  advance(millis: number): void;
  /** Sets the wall clock. */
  set(now: number): void;
  /** Suspends the machine: both clocks go on, and no timer is called meanwhile. */
  suspend(millis: number): void;
  /** Timers that are set: nobody who has ended may leave one. */
  timers(): number;
}

/** A clock for many who wait at the same time: it moves only when a test lets it. */
export function virtualClock(start = Date.parse('2026-01-02T03:00:00.000Z')): VirtualClock {
  let elapsed = 0;
  let wall = start;
  const timers = new Set<Timer>();
  const move = (millis: number): void => {
    elapsed += millis;
    wall += millis;
  };
  const after = (millis: number, act: () => void): (() => void) => {
    const timer = { until: elapsed + Math.max(0, millis), act };
    timers.add(timer);
    return () => void timers.delete(timer);
  };
  /** Moves to the first timer before an end and calls all that are due; false where there is none. */
  const step = (end: number): boolean => {
    const first = Math.min(...[...timers].map(({ until }) => until));
    if (first > end) return false;
    move(Math.max(0, first - elapsed));
    for (const timer of [...timers]) if (timer.until <= elapsed && timers.delete(timer)) timer.act();
    return true;
  };
  return {
    now: () => Math.floor(wall),
    monotonic: () => 5_000 + elapsed,
    wallAt: (monotonic) => wall - elapsed + monotonic - 5_000,
    after,
    sleep: (millis, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const wake = (): void => {
          cancel();
          signal?.removeEventListener('abort', wake);
          resolve();
        };
        const cancel = after(millis, wake);
        signal?.addEventListener('abort', wake, { once: true });
      }),
    async pass(millis) {
      const end = elapsed + millis;
      do await turn();
      while (step(end));
      move(end - elapsed);
      await turn();
    },
    advance(millis) {
      const end = elapsed + millis;
      while (step(end));
      move(end - elapsed);
    },
    set: (now) => {
      wall = now;
    },
    suspend: move,
    timers: () => timers.size,
  };
}
