import type { Packet } from '../wire/packet.ts';
import type { CaptureInterface, CaptureRecord } from './capture-reader.ts';

/** The formats a capture can be written in. */
export const CAPTURE_FORMATS = ['pcap', 'pcapng'] as const;
export type CaptureFormat = (typeof CAPTURE_FORMATS)[number];

/** Turns frames into the bytes of a capture file. */
export interface CaptureWriter {
  /** Whether the format has room for frames that are no packets. */
  readonly holdsRecords: boolean;
  /**
   * Before the first frame: the interfaces that are known by then, and the options of the section, as the reader says
   * them. When `all`, the file has every interface, those that the list gets later too; otherwise those with frames.
   */
  prepare(interfaces: readonly CaptureInterface[], section: Uint8Array, all: boolean): void;
  /**
   * Adds a frame as the reader set it, with a comment beside those in its options, as the reader says them, if the
   * format can hold them. Throws Failure 65.
   */
  add(packet: Packet, from: CaptureInterface, comment: string | null, options: Uint8Array): void;
  /** Whether `add` would write the very bytes that were read, which stand before the frame and in it. */
  writesAsRead(packet: Packet, from: CaptureInterface): boolean;
  /** Adds frames that are written as they were read, with their records, side by side in [start, end). */
  addRun(bytes: Uint8Array, start: number, end: number): void;
  /** Adds a frame that is no packet, if `holdsRecords`. */
  addRecord(packet: Packet, record: CaptureRecord): void;
  /** Adds names of addresses, as a pcapng block keeps them; formats that cannot pass them over. */
  addNames(names: Uint8Array): void;
  /** Adds keys that decrypt what the capture holds, as a pcapng block keeps them; formats that cannot pass them over. */
  addSecrets(secrets: Uint8Array): void;
  /** At the end: makes a file without frames a whole one, and adds interfaces that are still missing. */
  beginEmpty(from: CaptureInterface): void;
  /** What was added since the last call, the header of the file first; valid until the next `add`. */
  take(): Uint8Array;
  /** How many bytes that would be. */
  readonly pending: number;
}

/** So many bytes are copied four by four in the time that a call of `set`, and the object that it takes, costs. */
const SHORT = 256;

const viewOf = ({ buffer, byteOffset, length }: Uint8Array): DataView => new DataView(buffer, byteOffset, length);

/** Little-endian integers and bytes, gathered in a buffer that grows. */
export class ByteGatherer {
  private bytes = new Uint8Array(1024 * 1024);
  private length = 0;
  private view = viewOf(this.bytes);
  /** Frames mostly lie in the same bytes as those before them. */
  private seen: Uint8Array | null = null;
  private seenView = this.view;

  /** Room for `count` bytes; where they begin. */
  reserve(count: number): number {
    const at = this.length;
    if (at + count > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.bytes.length * 2, at + count));
      larger.set(this.bytes.subarray(0, at));
      this.bytes = larger;
      this.view = viewOf(larger);
    }
    this.length = at + count;
    return at;
  }

  set16(at: number, value: number): void {
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
  }

  set32(at: number, value: number): void {
    this.bytes[at] = value;
    this.bytes[at + 1] = value >>> 8;
    this.bytes[at + 2] = value >>> 16;
    this.bytes[at + 3] = value >>> 24;
  }

  /** Copies `from` to [at, at + room); what it does not fill becomes zero. */
  set(at: number, from: Uint8Array, room: number): void {
    this.bytes.set(from, at);
    this.bytes.fill(0, at + from.length, at + room);
  }

  /** Copies the frame of a packet to [at, at + room); what it does not fill becomes zero. */
  setFrame(at: number, { frame, frameStart, frameEnd }: Packet, room: number): void {
    if (frameEnd - frameStart > SHORT) {
      this.set(at, frame.subarray(frameStart, frameEnd), room);
      return;
    }
    if (frame !== this.seen) {
      this.seen = frame;
      this.seenView = viewOf(frame);
    }
    const { bytes, view, seenView } = this;
    let from = frameStart;
    let to = at;
    for (; from + 4 <= frameEnd; from += 4, to += 4) view.setInt32(to, seenView.getInt32(from, true), true);
    while (from < frameEnd) bytes[to++] = frame[from++]!;
    while (to < at + room) bytes[to++] = 0;
  }

  /** Adds the bytes in [start, end). */
  append(bytes: Uint8Array, start: number, end: number): void {
    const at = this.reserve(end - start);
    this.bytes.set(bytes.subarray(start, end), at);
  }

  get pending(): number {
    return this.length;
  }

  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }
}
