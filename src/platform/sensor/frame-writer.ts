import type { DeviceCounts } from '../../core/system/sensor.ts';
import { FrameVector } from './frame-vector.ts';
import type { RingFrame } from './packet-ring.ts';

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
/** The most bytes that a format puts after a frame. */
const AFTER = 8;

/** Where what was collected goes. */
export interface FrameOutput {
  /** Must take all bytes before it returns; those before `from` were taken already. */
  write(bytes: Uint8Array, from: number): void;
  /** Takes frames from where they lie; returns how many bytes of them. */
  writeTogether(frames: FrameVector): number;
}

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
  /** Where the surroundings of the frame begin that was surrounded last, and where they end. */
  protected from = 0;
  protected to = 0;
  private readonly start: number;
  private at: number;
  private readonly vector = new FrameVector();
  private readonly output: FrameOutput;

  constructor(snapLength: number, output: FrameOutput) {
    this.start = FRAME_HEADER + snapLength;
    this.at = this.start;
    this.bytes = Buffer.alloc(this.start + GATHERED + snapLength + AROUND);
    this.header = this.bytes.subarray(0, FRAME_HEADER);
    this.frame = this.bytes.subarray(FRAME_HEADER, this.start);
    this.output = output;
  }

  abstract begin(devices: readonly WrittenDevice[], snapLength: number): void;
  /** Adds the frame that is in `header` and `frame`. */
  abstract addFrame(device: number): void;
  /** Writes what stands before a frame of a ring, and after it; sets where that begins and ends. */
  protected abstract surround(device: number, frame: RingFrame): void;
  /** Adds what the kernel counted, if the format has a place for it. */
  abstract end(counts: readonly DeviceCounts[], seconds: number): void;
  /** Which part of the bytes that were passed on is complete when only the first `written` could be written. */
  abstract wholeWithin(handed: Uint8Array, written: number): WholePart;

  /** Adds the frame that a ring describes; it is passed on before the ring goes on to another block. */
  addRingFrame(device: number, frame: RingFrame): void {
    if (frame.at + frame.captured + AFTER > frame.limit) {
      this.addCopied(device, frame);
      return;
    }
    if (this.at !== this.start || this.vector.isFull) this.flush();
    this.surround(device, frame);
    this.vector.add(frame, this.from, this.to - this.from);
  }

  /** Of a frame that ends with its block, after which there is no room. */
  private addCopied(device: number, { bytes, at, captured, length, seconds, micros }: RingFrame): void {
    this.frame.set(bytes.subarray(at, at + captured));
    this.header.writeUInt32LE(seconds, 0);
    this.header.writeUInt32LE(micros, 4);
    this.header.writeUInt32LE(captured, 8);
    this.header.writeUInt32LE(length, 12);
    this.addFrame(device);
  }

  /** How many bytes were collected and not passed on. */
  get pending(): number {
    return this.at - this.start + this.vector.bytes;
  }

  /** Passes on what was collected. */
  flush(): void {
    if (this.at !== this.start) {
      const { at, start } = this;
      this.at = start;
      this.output.write(this.bytes.subarray(start, at), 0);
    }
    if (this.vector.count > 0) this.flushVector();
  }

  private flushVector(): void {
    const { vector, output } = this;
    const taken = output.writeTogether(vector);
    const rest = taken < vector.bytes ? vector.joined() : null;
    vector.clear();
    // a reader that is slow, or a disk that is full: the usual way waits, or says why it cannot
    if (rest !== null) output.write(rest, taken);
  }

  /** Reserves room for `length` bytes; returns where it begins. */
  protected reserve(length: number): number {
    if (this.vector.count > 0) this.flushVector();
    if (this.at + length > this.bytes.length || this.at >= this.start + GATHERED) this.flush();
    const { at } = this;
    this.at += length;
    return at;
  }
}
