const LAST_TIME_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A moment: ISO 8601 for records, a clock that never jumps for rates and ages. */
export interface Instant {
  readonly time: string;
  readonly monotonicMs: number;
}

/** A moment, in the form that engines take. */
export function instantOf({ at, monotonic }: { readonly at: number; readonly monotonic: number }): Instant {
  return { time: new Date(at).toISOString(), monotonicMs: monotonic };
}

/** Milliseconds since 1970 as ISO 8601, in the years 1970 to 9999; null for what a damaged file made of a time. */
export function isoTimeOf(at: number): string | null {
  return at >= 0 && at <= LAST_TIME_MS ? new Date(at).toISOString() : null;
}
