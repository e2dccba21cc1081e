import type { Deadline } from './deadline.ts';

/** Work in progress, and how it ends. */
export interface UnderWay {
  stop(): void;
  /** What to add to the reason when no answer came, such as what came instead. */
  readonly remark?: () => string | null;
}

/**
 * Settles as `begin` first calls back, with `done` or `fail`; rejects when the time is over before that. The work is
 * stopped in every case, and what it says later is ignored.
 */
export function waitFor<T>(
  deadline: Deadline,
  begin: (done: (value: T) => void, fail: (error: Error) => void) => UnderWay,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let underWay: UnderWay | null = null;
    let hasEnded = false;
    const end = (settle: () => void): void => {
      if (hasEnded) return;
      hasEnded = true;
      deadline.signal.removeEventListener('abort', late);
      settle();
      underWay?.stop();
    };
    const fail = (error: Error): void => end(() => reject(error));
    const late = (): void => {
      const remark = underWay?.remark?.() ?? null;
      fail(new Error(`${deadline.why('answer')}${remark === null ? '' : `; ${remark}`}`));
    };
    if (deadline.signal.aborted) return late();
    deadline.signal.addEventListener('abort', late, { once: true });
    try {
      underWay = begin((value) => end(() => resolve(value)), fail);
    } catch (error) {
      fail(error as Error);
    }
    if (hasEnded) underWay?.stop();
  });
}
