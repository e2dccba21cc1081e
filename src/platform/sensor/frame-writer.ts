import type { DeviceCounts } from './messages.ts';

/** A device as a capture file names it. */
export interface WrittenDevice {
  readonly name: string;
  readonly linkType: number;
}

/** Gathers frames in one buffer, and hands it on when it is full or when told: nothing is allocated for a frame. */
export interface FrameWriter {
  begin(devices: readonly WrittenDevice[], snapLength: number): void;
  /** `header` is struct pcap_pkthdr as the binding hands it out: seconds, microseconds, captured, length. */
  addFrame(device: number, header: Buffer, frame: Buffer): void;
  /** What the kernel counted, where the format holds it. */
  end(counts: readonly DeviceCounts[], seconds: number): void;
  flush(): void;
  /** How many bytes of what was handed on are whole when only the first `written` could be. */
  wholeWithin(handed: Uint8Array, written: number): number;
}
