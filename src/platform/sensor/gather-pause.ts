import { standStill } from './stand-still.ts';

/** Of a ring, how much may fill while nobody reads: an eighth leaves room for whatever else the machine does. */
const SHARE = 8;
/** The longest wait, in milliseconds, as a busy machine may add to it; and how much longer it becomes at once. */
const MOST_MS = 10;
const STEP_MS = 2;

/**
 * While packets come fast, waits before they are read until there are many: the kernel wakes a reader for each block, which
 * took a sixth of the processor's time at 100,000 packets/s. The wait becomes longer while little of the ring fills
 * meanwhile, shorter when much does, and there is none unless blocks come full.
 */
export class GatherPause {
  /** Milliseconds. */
  length = 0;
  private readonly mostBlocks: number;
  private readonly mostMs: number;

  /** Of packets that may wait in the kernel for `gatherMs`, in a ring of so many blocks. */
  constructor(blocks: number, gatherMs: number) {
    this.mostBlocks = Math.floor(blocks / SHARE);
    this.mostMs = Math.min(MOST_MS, Math.floor(gatherMs / SHARE));
  }

  wait(): void {
    if (this.length > 0) standStill(this.length);
  }

  /** How many blocks there were afterwards, and whether one of them was handed out before it was full. */
  adapt(blocks: number, wasCalm: boolean): void {
    if (wasCalm) this.length = 0;
    else if (blocks > this.mostBlocks) this.length = Math.floor(this.length / 2);
    else if (blocks < this.mostBlocks) this.length = Math.min(this.mostMs, this.length + STEP_MS);
  }
}
