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
