import type { Clock } from '../system/clock.ts';
import type { RoundClock } from './round.ts';

/**
 * The beginnings of rounds: at once, then each `everyMs` after the first, until `signal` aborts. Without `everyMs` there is
 * one. A round that takes longer misses those that would have begun meanwhile. Yields the clock's time.
 */
export async function* rounds(everyMs: number | null, clock: RoundClock, signal: AbortSignal): AsyncGenerator<number> {
  const first = clock.monotonic();
  for (let round = 0; !signal.aborted; ) {
    yield clock.monotonic();
    if (everyMs === null) return;
    round = Math.max(round + 1, Math.ceil((clock.monotonic() - first) / everyMs));
    await clock.sleep(first + round * everyMs - clock.monotonic(), signal);
  }
}

/** The wall clock beside the one that never jumps. */
export type WallClock = Pick<Clock, 'now' | 'monotonic' | 'sleep'>;

/** When a schedule comes next after a moment of the wall clock; null for never. */
export type NextMoment = (after: number) => number | null;

/** A wait is cut into pieces, as the clock may be set and the machine may sleep meanwhile. */
const LOOK_MS = 15_000;
/** What is later than this was missed: the machine slept, or the clock was set. */
const LATE_MS = 60_000;

/**
 * The beginnings of rounds at moments of the wall clock, until there are no more or `signal` aborts. Those that are missed,
 * because a round takes longer or the machine sleeps, are not made up for. Yields the time of the clock that never jumps.
 */
export async function* scheduledRounds(
  next: NextMoment,
  clock: WallClock,
  signal: AbortSignal,
): AsyncGenerator<number> {
  for (let after = clock.now(); !signal.aborted; ) {
    const due = next(after);
    if (due === null) return;
    let isSetBack = false;
    while (!signal.aborted && !isSetBack && clock.now() < due) {
      await clock.sleep(Math.min(due - clock.now(), LOOK_MS), signal);
      isSetBack = clock.now() < after - LATE_MS;
    }
    if (signal.aborted) return;
    if (!isSetBack && clock.now() - due < LATE_MS) yield clock.monotonic();
    after = isSetBack ? clock.now() : Math.max(due, clock.now());
  }
}
