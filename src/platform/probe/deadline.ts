import { setMaxListeners } from 'node:events';
import type { Clock } from '../../core/system/clock.ts';

/** The time that a probe has. */
export interface Deadline {
  /** The clock that measures it. */
  readonly clock: Clock;
  /** Aborts when the time is over, or the run is. */
  readonly signal: AbortSignal;
  /** Whether the run was ended, and not the time. */
  interrupted(): boolean;
  /** Milliseconds that are left, not below 0: timers may fire a little early, so more than 0 does not mean in time. */
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

/** The same time, for one of several attempts that `signal` can end by itself. */
export function forAttempt(deadline: Deadline, signal: AbortSignal): Deadline {
  const either = AbortSignal.any([deadline.signal, signal]);
  setMaxListeners(0, either);
  return { ...deadline, signal: either, race: raceOf(either, deadline.why), close: () => {} };
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
  const interrupted = (): boolean => signal.aborted;
  const why = (what: string): string =>
    interrupted() ? 'interrupted' : `no ${what} within ${Math.round(timeoutMs)} ms`;
  return {
    clock,
    signal: over.signal,
    interrupted,
    left: () => Math.max(0, timeoutMs - (clock.monotonic() - start)),
    why,
    race: raceOf(over.signal, why),
    close: () => {
      cancel();
      signal.removeEventListener('abort', stop);
    },
  };
}

function raceOf(signal: AbortSignal, why: Deadline['why']): Deadline['race'] {
  return (promise, what, abandon) =>
    new Promise((resolve, reject) => {
      const end = (): void => {
        abandon();
        reject(new Error(why(what)));
      };
      if (signal.aborted) {
        promise.catch(() => {});
        end();
        return;
      }
      signal.addEventListener('abort', end, { once: true });
      promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
    });
}
