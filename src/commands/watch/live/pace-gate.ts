import type { Clock } from '../../../core/system/clock.ts';
import type { Pace } from '../model/replay.ts';

/** Packets are read so long at a time, that keys stay quick. */
const SLICE_MS = 5;

/** Decides when the next packet of a capture may pass. */
export class PaceGate {
  private readonly clock: Clock;
  private pace: Pace;
  private isStopped: boolean;
  private steps = 0;
  /** A moment of the capture, in seconds since 1970, and when it was shown; null until a packet passes. */
  private anchor: { readonly capture: number; readonly shown: number } | null = null;
  private due = 0;
  private sliceEnd = Number.NEGATIVE_INFINITY;
  private wake = (): void => {};

  constructor(clock: Clock, pace: Pace, isStopped: boolean) {
    this.clock = clock;
    this.pace = pace;
    this.isStopped = isStopped;
  }

  /** Goes on at a pace from where it is, or stops there. */
  set(pace: Pace, isStopped: boolean): void {
    this.pace = pace;
    this.isStopped = isStopped;
    this.anchor = null;
    this.steps = 0;
    this.wake();
  }

  /** Lets one packet more pass while it is stopped. */
  step(): void {
    this.steps++;
    this.wake();
  }

  /** Whether a packet of this time may pass now; NaN for one without a time. */
  passes(time: number): boolean {
    if (this.isStopped) {
      if (this.steps === 0) return false;
      this.steps--;
      return true;
    }
    const now = this.clock.monotonic();
    if (now >= this.sliceEnd) return false;
    if (this.pace === 'end' || Number.isNaN(time)) return true;
    this.anchor ??= { capture: time, shown: now };
    this.due = this.anchor.shown + ((time - this.anchor.capture) * 1000) / this.pace;
    return this.due <= now;
  }

  /** Waits until a packet may pass, or the signal aborts. */
  async opens(signal: AbortSignal): Promise<void> {
    for (;;) {
      const now = this.clock.monotonic();
      const isShut = this.isStopped && this.steps === 0;
      const rest = isShut ? LONGEST_MS : this.anchor === null ? 0 : Math.max(0, Math.min(this.due - now, LONGEST_MS));
      const woken = new AbortController();
      const stop = (): void => woken.abort();
      this.wake = stop;
      signal.addEventListener('abort', stop, { once: true });
      if (!signal.aborted) await this.clock.sleep(rest, woken.signal);
      signal.removeEventListener('abort', stop);
      this.sliceEnd = this.clock.monotonic() + SLICE_MS;
      if (signal.aborted || !this.isStopped || this.steps > 0) return;
    }
  }
}

/** The longest wait that a timer can hold, about. */
const LONGEST_MS = 86_400_000;
