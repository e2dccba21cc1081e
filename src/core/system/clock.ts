/**
 * Time, passed to everything that needs it, so that tests need not wait and nothing depends on how busy a machine is.
 */
export interface Clock {
  /** Wall clock, whole milliseconds since 1970. It jumps when it is set. */
  now(): number;
  /** A clock that never jumps: milliseconds with fractions since the system started (CLOCK_MONOTONIC). */
  monotonic(): number;
  /** What the wall clock shows at an instant of the monotonic clock, in milliseconds with fractions since 1970. */
  wallAt(monotonic: number): number;
  /** Waits, or returns early when the signal aborts; never rejects. */
  sleep(millis: number, signal?: AbortSignal): Promise<void>;
  /** Calls `act` once, `millis` milliseconds from now, unless the function that it returns is called before. */
  after(millis: number, act: () => void): () => void;
}

/** Calls `act` repeatedly, `millis` milliseconds after each call, until the function that it returns is called. */
export function every(clock: Clock, millis: number, act: () => void): () => void {
  let isOver = false;
  let cancel = (): void => {};
  const begin = (): void => {
    cancel = clock.after(millis, () => {
      act();
      if (!isOver) begin();
    });
  };
  begin();
  return () => {
    isOver = true;
    cancel();
  };
}
