import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../../src/core/system/clock.ts';

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

export interface VirtualClock extends Clock {
  /** Lets time pass, from one sleeper's end to the next, each with all that follows from it, until `millis` have gone by. */
  pass(millis: number): Promise<void>;
  /** Sets the wall clock. */
  set(now: number): void;
  /** Suspends the machine: both clocks go on, and nobody wakes meanwhile. */
  suspend(millis: number): void;
}

/** A clock for many who sleep at the same time: it moves only when a test lets it. */
export function virtualClock(start = Date.parse('2026-01-02T03:00:00.000Z')): VirtualClock {
  let elapsed = 0;
  let wall = start;
  let sleepers: Sleeper[] = [];
  const move = (millis: number): void => {
    elapsed += millis;
    wall += millis;
  };
  return {
    now: () => wall,
    monotonic: () => 5_000 + elapsed,
    sleep: (millis, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        const sleeper: Sleeper = {
          until: elapsed + Math.max(0, millis),
          wake() {
            sleepers = sleepers.filter((one) => one !== sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleepers.push(sleeper);
        signal.addEventListener('abort', sleeper.wake, { once: true });
      }),
    async pass(millis) {
      const end = elapsed + millis;
      for (;;) {
        await turn();
        const first = sleepers.reduce<Sleeper | null>(
          (least, one) => (least === null || one.until < least.until ? one : least),
          null,
        );
        if (first === null || first.until > end) break;
        move(Math.max(0, first.until - elapsed));
        const due = sleepers.filter(({ until }) => until <= elapsed);
        for (const { wake } of due) wake();
      }
      move(end - elapsed);
      await turn();
    },
    set: (now) => {
      wall = now;
    },
    suspend: move,
  };
}
