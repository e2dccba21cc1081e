import { formatSeconds } from '../output/units.ts';

/**
 * A look this long ago, in seconds, may become the start. So growth is that of the last ten minutes at most, and of a look more
 * where looks are rare.
 */
const HALF_S = 300;

/** Said by rules that use it. */
export const MOVING_START =
  'In a run of more than ten minutes, the last five to ten minutes take the place of the time since the first look.';

/**
 * What a counter was at the start of the time over which its growth is told: at the first look, and in a longer run at a
 * look five to ten minutes ago (at the look before, when looks are rarer). What grew earlier is over.
 */
export class MovingStart<T> {
  value: T;
  at: number;
  private next: T;
  private nextAt: number;

  constructor(value: T, at: number) {
    this.value = value;
    this.at = at;
    this.next = value;
    this.nextAt = at;
  }

  /** The value at a later look. */
  take(value: T, at: number): void {
    if (at - this.nextAt < HALF_S) return;
    this.value = this.next;
    this.at = this.nextAt;
    this.next = value;
    this.nextAt = at;
  }

  clockJumped(by: number): void {
    this.at += by;
    this.nextAt += by;
  }

  /** The time that has passed, at a later look: `in 7m30s`. */
  timeText(at: number): string {
    return `in ${formatSeconds(at - this.at)}`;
  }
}
