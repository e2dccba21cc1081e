import { setMaxListeners } from 'node:events';
import type { Clock } from '../../core/system/clock.ts';

/** The time that a probe has. */
export interface Deadline {
  /** The clock that measures it. */
  readonly clock: Clock;
  /** Aborts when the time is over, or the run is. */
  readonly signal: AbortSignal;
  /** Milliseconds that are left, not below 0. */
  left(): number;
  /** Why it is over, in the words for something that did not come: `no answer within 2000 ms`. */
  why(what: string): string;
  /**
   * Rejects with `why` when it is over; otherwise settles as the promise does. `abandon` is called when nobody waits
   * any more.
   */
  race<T>(promise: Promise<T>, what: string, abandon: () => void): Promise<T>;
  /** Stops listening to the run; call it when the probe is done. */
  close(): void;
}

/** Starts the time of a probe; it ends early when `signal` aborts. */
export function openDeadline(clock: Clock, timeoutMs: number, signal: AbortSignal): Deadline {
  const over = new AbortController();
  setMaxListeners(0, over.signal); // many requests of a probe may wait at once
  const start = clock.monotonic();
  const stop = (): void => over.abort();
  const cancel = clock.after(timeoutMs, stop);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const deadline: Deadline = {
    clock,
    signal: over.signal,
    left: () => Math.max(0, timeoutMs - (clock.monotonic() - start)),
    why: (what) => (signal.aborted ? 'interrupted' : `no ${what} within ${Math.round(timeoutMs)} ms`),
    race: (promise, what, abandon) =>
      new Promise((resolve, reject) => {
        const end = (): void => {
          abandon();
          reject(new Error(deadline.why(what)));
        };
        if (over.signal.aborted) {
          promise.catch(() => {});
          end();
          return;
        }
        over.signal.addEventListener('abort', end, { once: true });
        promise.then(resolve, reject).finally(() => over.signal.removeEventListener('abort', end));
      }),
    close: () => {
      cancel();
      signal.removeEventListener('abort', stop);
    },
  };
  return deadline;
}
