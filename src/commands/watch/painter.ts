import type { Clock } from '../../core/system/clock.ts';

/** Frames are at least so far apart. */
const LEAST_MS = 16;
/** Decides when to paint: at once when somebody did something, else seldom, and never because of a painting. */
export class Painter {
  private readonly clock: Clock;
  private readonly paint: () => void;
  private readonly idleMs: number;
  private last = Number.NEGATIVE_INFINITY;
  private due: number | null = null;
  private cancel = (): void => {};

  /** What nobody did, only the machine, is shown at most every `idleMs`. */
  constructor(clock: Clock, paint: () => void, idleMs: number) {
    this.clock = clock;
    this.paint = paint;
    this.idleMs = idleMs;
  }

  /** Somebody did something. */
  soon(): void {
    this.before(this.last + LEAST_MS);
  }

  /** The machine is seen anew. */
  sometime(): void {
    this.before(this.last + this.idleMs);
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
