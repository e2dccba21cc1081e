import type { Gap } from '../gap.ts';
import { formatSeconds } from '../output/units.ts';
import type { DeviceCounts, InterfaceChange } from '../system/sensor.ts';

/** If nobody asks what is missing, at most this many gaps are kept, and the rest is only said. */
const MOST_PENDING = 1000;

/** Remembers what is missing from a live capture until it is asked for. */
export class CaptureGaps {
  private pending: Gap[] = [];
  private readonly dropped = new Map<string, number>();
  private readonly say: (line: string) => void;
  /** The interfaces that the capture goes on without. */
  readonly lost: string[] = [];

  /** `say` is called with a line for people as soon as an interface changes. */
  constructor(say: (line: string) => void) {
    this.say = say;
  }

  /** An interface changed during the capture. What it did while it was away is missing. */
  change(iface: string, change: InterfaceChange): void {
    if (change.change === 'gone') this.lost.push(iface);
    if (change.change === 'up') this.miss(iface, lineOf(iface, change));
    else this.note(lineOf(iface, change));
  }

  /** Records something that does not in itself mean that packets are missing. */
  note(line: string): void {
    this.say(line);
  }

  /** Records that packets are missing which nobody counted. */
  miss(iface: string, reason: string): void {
    this.say(reason);
    const [last] = this.pending.slice(-1);
    if (last?.iface === iface && last.reason === reason) return; // told once until somebody asks
    if (this.pending.length < MOST_PENDING) this.pending.push({ what: 'packet', iface, dropped: null, reason });
  }

  /** What has gone missing since the last call, including what the kernel has dropped by now. */
  take(counts: readonly DeviceCounts[]): readonly Gap[] {
    for (const { device, droppedByKernel } of counts) {
      const dropped = droppedByKernel - (this.dropped.get(device) ?? 0);
      this.dropped.set(device, droppedByKernel);
      if (dropped <= 0) continue;
      const reason = `the kernel had no room for them: netwatch, or the program that reads its output, was slower than ${device}`;
      this.pending.push({ what: 'packet', iface: device, dropped, reason });
    }
    const { pending } = this;
    this.pending = [];
    return pending;
  }
}

function lineOf(iface: string, change: InterfaceChange): string {
  switch (change.change) {
    case 'down':
      return `interface ${iface} went down; the capture continues when it is up again`;
    case 'up':
      return change.downMs === null
        ? `interface ${iface} was down for a moment`
        : `interface ${iface} is up again after ${formatSeconds(change.downMs / 1000)}`;
    case 'renamed':
      return `interface ${iface} is now named ${change.name}; the capture continues`;
    case 'gone':
      return `interface ${iface} is gone; the capture goes on without it`;
  }
}
