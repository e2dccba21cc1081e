import type { Clock } from '../../core/system/clock.ts';

/** A moment to look at the machine. */
export interface Tick {
  /** Wall clock, milliseconds since 1970. */
  readonly at: number;
  /** Monotonic clock, milliseconds: for rates and ages. */
  readonly monotonic: number;
  /** The number of the tick; 0 for the first. */
  readonly number: number;
  /**
   * Points of the grid that passed without a tick since the last one: the reader was slower than the interval, or was
   * stopped.
   */
  readonly missed: number;
}

export interface TickPlan {
  /** Milliseconds between ticks; null for a single one. */
  readonly interval: number | null;
  readonly count: number | null;
  /** Milliseconds after which there are no more ticks. */
  readonly duration: number | null;
}

/** Two ticks are at least this part of the interval apart: a rate over less says nothing. */
const LEAST_PART = 0.1;

/**
 * Yields the ticks of a plan until it ends or the signal aborts. Ticks stay on the grid of the first one on the
 * monotonic clock: after a late tick, or a slow reader, the next tick is the next point of the grid that is still to
 * come, or the one after it if that is too close, so that no two are close together; the points that passed are counted.
 */
export async function* ticks(clock: Clock, plan: TickPlan, signal: AbortSignal): AsyncGenerator<Tick> {
  const start = clock.monotonic();
  let due = start;
  let missed = 0;
  for (let number = 0; plan.count === null || number < plan.count; number++) {
    if (signal.aborted) return;
    const monotonic = clock.monotonic();
    yield { at: clock.now(), monotonic, number, missed };
    if (plan.interval === null) return;
    due += plan.interval;
    const earliest = Math.max(clock.monotonic(), monotonic + LEAST_PART * plan.interval);
    missed = Math.max(0, Math.ceil((earliest - due) / plan.interval));
    due += missed * plan.interval;
    if (plan.duration !== null && due > start + plan.duration) return;
    if (plan.count !== null && number + 1 >= plan.count) return;
    await clock.sleep(due - clock.monotonic(), signal);
  }
}
