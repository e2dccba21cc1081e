import type { Clock } from '../../core/system/clock.ts';
import { libc } from '../linux/libc.ts';

/** How much of such work has not come to an end. */
let waiting = 0;
let isWatching = false;

/**
 * Lets go of work that a thread of libuv does and that may never end, as a read from a device that has nothing to say. Node waits
 * for its threads when it exits, so that only SIGKILL would end it; with such a thread it leaves without a look back, with the
 * status it was to have. What is to be written has to be out by then.
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

/** How long what may be interrupted is waited for all the same: a disk answers within that. */
const GRACE_MS = 100;

/** What the work comes to; null when the signal has aborted and it has not ended soon after. */
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
