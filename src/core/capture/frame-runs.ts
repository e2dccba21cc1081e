import type { Packet } from '../wire/packet.ts';
import type { CaptureWriter } from './capture-writer.ts';

/** Seconds (4), fraction (4), captured length (4), length (4) stand before a frame of pcap. */
export const PCAP_RECORD = 16;
const NOTHING = new Uint8Array(0);

/**
 * Packets that are written as they were read: they stay where they were read, and are moved together there, over those that
 * were left out, so that they are written in one go. What stands side by side is moved as one, and what stands at its place
 * not at all. Measured with `tcp` on the mix, where four of five packets pass: 12 ms of 350 less than copying them to other
 * memory.
 */
export class FrameRuns {
  /** How many packets there are. */
  count = 0;
  private readonly writer: CaptureWriter;
  private bytes: Uint8Array = NOTHING;
  /** What was moved together. */
  private start = 0;
  private end = 0;
  /** What will be moved behind it: the packets that stood side by side last. */
  private runStart = 0;
  private runEnd = 0;

  /** What cannot be written in one go is added to this writer, which must write the frames as they were read. */
  constructor(writer: CaptureWriter) {
    this.writer = writer;
  }

  /** Adds the frame with its record. Nobody may look at frames before it any more. */
  add({ frame, frameStart, frameEnd }: Packet): void {
    const from = frameStart - PCAP_RECORD;
    if (from !== this.runEnd || frame !== this.bytes) {
      if (frame === this.bytes) this.move();
      else this.begin(frame, from);
      this.runStart = from;
    }
    this.runEnd = frameEnd;
    this.count++;
  }

  /** The packets, to be written behind all that the writer has; valid until more is read. */
  take(): Uint8Array {
    this.move();
    const taken = this.bytes.subarray(this.start, this.end);
    this.forget();
    return taken;
  }

  /** Gives the packets to the writer: before a frame that it writes itself. */
  giveToWriter(): void {
    this.move();
    if (this.end > this.start) this.writer.addRun(this.bytes, this.start, this.end);
    this.forget();
  }

  private begin(frame: Uint8Array, from: number): void {
    this.giveToWriter();
    this.bytes = frame;
    this.start = this.end = from;
  }

  private move(): void {
    const { runStart, runEnd, end } = this;
    if (runStart !== end) this.bytes.copyWithin(end, runStart, runEnd);
    this.end = end + runEnd - runStart;
    this.runStart = runEnd;
  }

  private forget(): void {
    this.bytes = NOTHING;
    this.start = this.end = this.runStart = this.runEnd = this.count = 0;
  }
}
