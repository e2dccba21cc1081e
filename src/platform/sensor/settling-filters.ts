import type { Clock } from '../../core/system/clock.ts';
import { outOf } from './out-of.ts';
import type { PcapDevice } from './pcap-device.ts';

/** How often it looks whether the packets from before a filter have come. */
const LOOK_MS = 10;

/** Filters that hold, while packets from before them may wait in the kernel. */
export class SettlingFilters {
  private readonly clock: Clock;
  private readonly mostMs: number;
  private readonly settled: () => void;
  private readonly waiting: { readonly isOut: () => boolean; readonly until: number }[] = [];

  /** `settled` is called once for each filter: when the packets from before it have come, or after `mostMs` milliseconds. */
  constructor(clock: Clock, mostMs: number, settled: () => void) {
    this.clock = clock;
    this.mostMs = mostMs;
    this.settled = settled;
  }

  /** A filter holds from now on; what the kernel has of these devices is from before it. */
  add(devices: readonly PcapDevice[]): void {
    this.waiting.push({ isOut: outOf(devices), until: this.clock.monotonic() + this.mostMs });
    const drain = (): void => {
      for (const { tap } of devices) tap.drain();
      this.look();
      if (this.waiting.length > 0) this.clock.after(LOOK_MS, drain);
    };
    this.clock.after(LOOK_MS, drain);
  }

  /** To be called while packets keep coming, when no timer runs. */
  look(): void {
    const { waiting } = this;
    while (waiting.length > 0 && (waiting[0]!.isOut() || this.clock.monotonic() > waiting[0]!.until)) {
      waiting.shift();
      this.settled();
    }
  }
}
