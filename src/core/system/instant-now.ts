import { type Instant, instantOf } from '../instant.ts';
import type { Clock } from './clock.ts';

/** The present moment, on both clocks. */
export function instantNow(clock: Clock): Instant {
  return instantOf({ at: clock.now(), monotonic: clock.monotonic() });
}
