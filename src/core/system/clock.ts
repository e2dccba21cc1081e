/** Time, so that tests need no waiting. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** A clock that never jumps, milliseconds since some start. */
  monotonic(): number;
  /** Waits, or returns early when the signal aborts; never rejects. */
  sleep(millis: number, signal: AbortSignal): Promise<void>;
}
