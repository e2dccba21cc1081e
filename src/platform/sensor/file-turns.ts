import type { Clock } from '../../core/system/clock.ts';
import type { FileEnds } from '../../core/system/sensor.ts';

/** When a series goes on in its next file. */
export class FileTurns {
  private readonly bytes: number;
  private readonly seconds: number;
  private readonly clock: Clock;
  private begun = Number.NaN;

  constructor({ bytes, seconds }: FileEnds, clock: Clock) {
    this.bytes = bytes ?? Number.POSITIVE_INFINITY;
    this.seconds = seconds ?? Number.POSITIVE_INFINITY;
    this.clock = clock;
  }

  /** Whether there is a first file. */
  get isBegun(): boolean {
    return !Number.isNaN(this.begun);
  }

  /** Whether a packet that has come belongs into the next file, when the file has so many bytes. */
  isDue(size: number): boolean {
    if (size >= this.bytes || !this.isBegun) return true;
    return this.seconds !== Number.POSITIVE_INFINITY && this.now() - this.begun >= this.seconds;
  }

  /** A file begins. */
  begin(): void {
    this.begun = this.now();
  }

  private now(): number {
    return this.clock.monotonic() / 1000;
  }
}
