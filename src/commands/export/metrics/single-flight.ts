import type { Clock } from '../../../core/system/clock.ts';

/**
 * Makes a value when it is asked for, and gives the same to all who ask while it is made, or until it is older than `freshMs`,
 * counted from when it was begun. What was rejected is not kept.
 */
export function singleFlight<Value>(
  clock: Pick<Clock, 'monotonic'>,
  freshMs: number,
  make: () => Promise<Value>,
): () => Promise<Value> {
  let running: Promise<Value> | null = null;
  let kept: { readonly begun: number; readonly value: Promise<Value> } | null = null;
  return () => {
    if (running !== null) return running;
    const now = clock.monotonic();
    if (kept !== null && now - kept.begun < freshMs) return kept.value;
    kept = null;
    const value = make();
    running = value;
    const over = (isGood: boolean) => (): void => {
      running = null;
      if (isGood) kept = { begun: now, value };
    };
    value.then(over(true), over(false));
    return value;
  };
}
