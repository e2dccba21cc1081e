import type { DeviceCounts } from '../../core/system/sensor.ts';

/** A device as a capture file names it. */
export interface WrittenDevice {
  readonly name: string;
  readonly linkType: number;
}

/** What is whole of a write that was cut: so many bytes, with so many frames. */
export interface WholePart {
  readonly bytes: number;
  readonly frames: number;
}

/** Short enough to be in the processor's cache still when the kernel copies it: 256 KiB took a sixth more of its time. */
const GATHERED = 32 * 1024;
/** struct pcap_pkthdr as the binding hands it out: seconds, microseconds, captured, length; 32 bits each. */
export const FRAME_HEADER = 16;
/** What a format puts around a frame, at most. */
const AROUND = 64;

/**
 * Gathers frames in one buffer, and hands it on when it is full or when told. The writers of core/capture do the same for
 * packets that were read, with an object for each; here, where the kernel drops what is not taken soon, nothing is
 * allocated for a frame.
 */
export abstract class FrameWriter {
  /**
   * Where the binding puts a frame, and its header before it; then what is gathered. All in one buffer, since copyWithin
   * takes 20 ns where copy, which makes an object each time, takes 40.
   */
  protected readonly bytes: Buffer;
  readonly header: Buffer;
  readonly frame: Buffer;
  private readonly start: number;
  private at: number;
  private readonly write: (bytes: Uint8Array) => void;

  /** `write` takes all bytes before it returns. */
  constructor(snapLength: number, write: (bytes: Uint8Array) => void) {
    this.start = FRAME_HEADER + snapLength;
    this.at = this.start;
    this.bytes = Buffer.alloc(this.start + GATHERED + snapLength + AROUND);
    this.header = this.bytes.subarray(0, FRAME_HEADER);
    this.frame = this.bytes.subarray(FRAME_HEADER, this.start);
    this.write = write;
  }

  abstract begin(devices: readonly WrittenDevice[], snapLength: number): void;
  /** Adds what is in `header` and `frame`. */
  abstract addFrame(device: number): void;
  /** What the kernel counted, where the format holds it. */
  abstract end(counts: readonly DeviceCounts[], seconds: number): void;
  /** What of the bytes that were handed on is whole when only the first `written` could be. */
  abstract wholeWithin(handed: Uint8Array, written: number): WholePart;

  /** Hands on what was gathered. */
  flush(): void {
    if (this.at === this.start) return;
    const { at, start } = this;
    this.at = start;
    this.write(this.bytes.subarray(start, at));
  }

  /** Room for `length` bytes; where it begins. */
  protected reserve(length: number): number {
    if (this.at + length > this.bytes.length || this.at >= this.start + GATHERED) this.flush();
    const { at } = this;
    this.at += length;
    return at;
  }
}
