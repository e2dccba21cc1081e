import type { DeviceCounts } from './messages.ts';

/** A device as a capture file names it. */
export interface WrittenDevice {
  readonly name: string;
  readonly linkType: number;
}

const GATHERED = 256 * 1024;
/** What a format puts around a frame, at most. */
const AROUND = 64;

/**
 * Gathers frames in one buffer, and hands it on when it is full or when told. The writers of core/capture do the same for
 * packets that were read, with an object for each; here, where the kernel drops what is not taken soon, nothing is
 * allocated for a frame.
 */
export abstract class FrameWriter {
  protected readonly bytes: Buffer;
  private length = 0;
  private readonly write: (bytes: Uint8Array) => void;

  /** `write` takes all bytes before it returns. */
  constructor(snapLength: number, write: (bytes: Uint8Array) => void) {
    this.bytes = Buffer.alloc(GATHERED + snapLength + AROUND);
    this.write = write;
  }

  abstract begin(devices: readonly WrittenDevice[], snapLength: number): void;
  /** `header` is struct pcap_pkthdr as the binding hands it out: seconds, microseconds, captured, length. */
  abstract addFrame(device: number, header: Buffer, frame: Buffer): void;
  /** What the kernel counted, where the format holds it. */
  abstract end(counts: readonly DeviceCounts[], seconds: number): void;
  /** How many bytes of what was handed on are whole when only the first `written` could be. */
  abstract wholeWithin(handed: Uint8Array, written: number): number;

  /** Hands on what was gathered. */
  flush(): void {
    if (this.length === 0) return;
    const { length } = this;
    this.length = 0;
    this.write(this.bytes.subarray(0, length));
  }

  /** Room for `length` bytes; where it begins. */
  protected reserve(length: number): number {
    if (this.length + length > this.bytes.length || this.length >= GATHERED) this.flush();
    const at = this.length;
    this.length += length;
    return at;
  }
}
