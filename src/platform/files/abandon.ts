import type { Clock } from '../../core/system/clock.ts';
import { libc } from '../linux/libc.ts';

/** The number of abandoned pieces of work that have not ended. */
let waiting = 0;
let isWatching = false;

/**
 * Abandons work that a libuv thread does and that may never end, such as a read from a device that has nothing to say.
 * Node waits for its threads when it exits, so that only SIGKILL would end it. While such a thread is left, the process
 * exits without waiting, with the status it was going to have. Everything that must be written has to be written by
 * then.
 */
export function abandon(work: Promise<unknown>): void {
  waiting++;
  const over = (): void => {
    waiting--;
  };
  work.then(over, over);
  if (isWatching) return;
  isWatching = true;
  process.on('exit', (status) => {
    if (waiting > 0) leave(status);
  });
}

function leave(status: number): void {
  try {
    libc()._exit(status);
  } catch {
    process.kill(process.pid, 'SIGKILL');
  }
}

/** How long to wait for interruptible work after the interrupt: a disk answers within that time. */
const GRACE_MS = 100;

/** The result of the work; null when the signal has aborted and the work has not ended soon after. */
export function unlessInterrupted<T>(work: Promise<T>, clock: Clock, signal: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    let cancel = (): void => {};
    const giveUp = (): void => {
      cancel = clock.after(GRACE_MS, () => {
        abandon(work);
        resolve(null);
      });
    };
    const over = (): void => {
      signal.removeEventListener('abort', giveUp);
      cancel();
    };
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp, { once: true });
    work.then(
      (value) => {
        over();
        resolve(value);
      },
      (error: unknown) => {
        over();
        reject(error);
      },
    );
  });
}
