import type { Instant } from '../instant.ts';

/** Less is the work of those who keep the clock right bit by bit, and of rounding. In seconds. */
const LEAST_S = 1;

/** Notices that the wall clock was set, or that the machine slept: it goes on by other than the clock that never jumps. */
export class ClockJumps {
  private offset = Number.NaN;

  /** The seconds by which the wall clock went further than it should since the moment before, below 0 when it was set back. */
  take({ time, monotonicMs }: Instant): number {
    const offset = (Date.parse(time) - monotonicMs) / 1000;
    const jump = offset - this.offset;
    this.offset = offset;
    return Math.abs(jump) >= LEAST_S ? jump : 0;
  }
}
