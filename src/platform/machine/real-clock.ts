import type { Clock } from '../../core/system/clock.ts';

/** The longest delay of setTimeout; it treats a longer one as no delay at all. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const monotonic = (): number => Number(process.hrtime.bigint()) / 1e6;

/** The wall clock at the start of the monotonic one. */
let origin = performance.timeOrigin + performance.now() - monotonic();

/** The clocks and timers of this machine. No other file reads or sets one. */
export const realClock: Clock = {
  now: () => Date.now(),
  monotonic,
  wallAt(instant) {
    // Date.now() cuts off what is below a millisecond: it is 0 to 1 less while both agree, and more or less once it was
    // set. It was read at some time between the other two, which may be long apart on a busy machine.
    const earliest = origin + monotonic();
    const wall = Date.now() + 0.5;
    const latest = origin + monotonic();
    if (wall > latest + 1) origin += wall - latest;
    else if (wall < earliest - 1) origin += wall - earliest;
    return origin + instant;
  },
  sleep: (millis, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = after(millis, done);
      signal?.addEventListener('abort', done, { once: true });
    }),
  after,
};

function after(millis: number, act: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = (left: number): void => {
    const next = Math.min(left, LONGEST_TIMER_MS);
    timer = setTimeout(() => (left > next ? wait(left - next) : act()), Math.max(0, next));
  };
  wait(millis);
  return () => clearTimeout(timer);
}
