import type { DeviceCounts } from '../../core/system/sensor.ts';

/** A device as a capture file names it. */
export interface WrittenDevice {
  readonly name: string;
  readonly linkType: number;
}

/** The complete part of a write that was cut short: its bytes, and the number of frames in it. */
export interface WholePart {
  readonly bytes: number;
  readonly frames: number;
}

/** Short enough to be still in the processor's cache when the kernel copies it: 256 KiB took a sixth more time. */
const GATHERED = 32 * 1024;
/** struct pcap_pkthdr as the binding hands it out: seconds, microseconds, captured, length; 32 bits each. */
export const FRAME_HEADER = 16;
/** The most bytes that a format puts around a frame. */
const AROUND = 64;

/**
 * Collects frames in one buffer, and passes it on when it is full or when told to. The writers of core/capture do the
 * same for packets that were read, with an object for each. Here nothing is allocated for a frame, because the kernel
 * drops what is not read soon.
 */
export abstract class FrameWriter {
  /**
   * Where the binding puts a frame, with its header before it; after that, the collected frames. All are in one buffer,
   * because copyWithin takes 20 ns where copy, which makes an object each time, takes 40.
   */
  protected readonly bytes: Buffer;
  readonly header: Buffer;
  readonly frame: Buffer;
  private readonly start: number;
  private at: number;
  private readonly write: (bytes: Uint8Array) => void;

  /** `write` must take all bytes before it returns. */
  constructor(snapLength: number, write: (bytes: Uint8Array) => void) {
    this.start = FRAME_HEADER + snapLength;
    this.at = this.start;
    this.bytes = Buffer.alloc(this.start + GATHERED + snapLength + AROUND);
    this.header = this.bytes.subarray(0, FRAME_HEADER);
    this.frame = this.bytes.subarray(FRAME_HEADER, this.start);
    this.write = write;
  }

  abstract begin(devices: readonly WrittenDevice[], snapLength: number): void;
  /** Adds the frame that is in `header` and `frame`. */
  abstract addFrame(device: number): void;
  /** Adds what the kernel counted, if the format has a place for it. */
  abstract end(counts: readonly DeviceCounts[], seconds: number): void;
  /** Which part of the bytes that were passed on is complete when only the first `written` could be written. */
  abstract wholeWithin(handed: Uint8Array, written: number): WholePart;

  /** Passes on what was collected. */
  flush(): void {
    if (this.at === this.start) return;
    const { at, start } = this;
    this.at = start;
    this.write(this.bytes.subarray(start, at));
  }

  /** Reserves room for `length` bytes; returns where it begins. */
  protected reserve(length: number): number {
    if (this.at + length > this.bytes.length || this.at >= this.start + GATHERED) this.flush();
    const { at } = this;
    this.at += length;
    return at;
  }
}
