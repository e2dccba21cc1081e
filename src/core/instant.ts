/** A moment: ISO 8601 for records, a clock that never jumps for rates and ages. */
export interface Instant {
  readonly time: string;
  readonly monotonicMs: number;
}

/** A moment, in the form that engines take. */
export function instantOf({ at, monotonic }: { readonly at: number; readonly monotonic: number }): Instant {
  return { time: new Date(at).toISOString(), monotonicMs: monotonic };
}
