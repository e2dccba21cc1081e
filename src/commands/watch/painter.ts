import type { Clock } from '../../core/system/clock.ts';

/** Frames are at least so far apart. */
const LEAST_MS = 16;
/** What nobody did, only the machine, is shown at most so often. */
const IDLE_MS = 1000;

/** Decides when to paint: at once when somebody did something, else seldom, and never because of a painting. */
export class Painter {
  private readonly clock: Clock;
  private readonly paint: () => void;
  private last = Number.NEGATIVE_INFINITY;
  private due: number | null = null;
  private cancel = (): void => {};

  constructor(clock: Clock, paint: () => void) {
    this.clock = clock;
    this.paint = paint;
  }

  /** Somebody did something. */
  soon(): void {
    this.before(this.last + LEAST_MS);
  }

  /** The machine is seen anew. */
  sometime(): void {
    this.before(this.last + IDLE_MS);
  }

  stop(): void {
    this.cancel();
    this.due = Number.NEGATIVE_INFINITY;
  }

  private before(wanted: number): void {
    if (this.due !== null && this.due <= wanted) return;
    const now = this.clock.monotonic();
    this.cancel();
    this.due = Math.max(now, wanted);
    if (this.due <= now) this.run();
    else this.cancel = this.clock.after(this.due - now, () => this.run());
  }

  private run(): void {
    this.due = null;
    this.last = this.clock.monotonic();
    this.paint();
  }
}
