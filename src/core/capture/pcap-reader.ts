import type { Packet } from '../wire/packet.ts';
import { LONGEST_FRAME, MOST_EMPTY_FRAMES, PACK_CUT } from './capture-problem.ts';
import { type CaptureInterface, type CaptureReader, NO_OPTIONS } from './capture-reader.ts';
import type { Chunks } from './chunks.ts';
import { PCAP_RECORD } from './frame-runs.ts';

// draft-ietf-opsawg-pcap: magic (4), version (2, 2), zone (4), accuracy (4), snap length (4), link type (4).
export const PCAP_HEADER = 24;
// The "modified" pcap of Kuznetzov's patches adds interface index (4), protocol (2), packet type (1), padding (1).
const MODIFIED_RECORD = 24;

interface Variant {
  readonly format: string;
  readonly record: number;
  /** Nanoseconds in one unit of the fraction. */
  readonly unit: number;
}

/** By the magic number, read in the byte order of the file. */
const VARIANTS: Readonly<Record<number, Variant>> = {
  2712847316: { format: 'pcap', record: PCAP_RECORD, unit: 1000 },
  2712812621: { format: 'nsecpcap', record: PCAP_RECORD, unit: 1 },
  2712849716: { format: 'modpcap', record: MODIFIED_RECORD, unit: 1000 },
};

/** Whether these four bytes begin a pcap file, and in which byte order; null for no. */
export function pcapByteOrder(view: DataView, offset: number): 'little' | 'big' | null {
  if (VARIANTS[view.getUint32(offset, true)] !== undefined) return 'little';
  return VARIANTS[view.getUint32(offset)] !== undefined ? 'big' : null;
}

/** Reads on after a file header that `pcapByteOrder` knows and that is whole in the window. */
export class PcapReader implements CaptureReader {
  readonly format: string;
  readonly interfaces: readonly CaptureInterface[];
  readonly problems: string[] = [];
  readonly comment = null;
  readonly secrets = [];
  readonly names = [];
  readonly section = NO_OPTIONS;
  readonly options = NO_OPTIONS;
  readonly record = null;
  readonly keepsAllInterfaces = false;
  private readonly chunks: Chunks;
  private readonly little: boolean;
  private readonly variant: Variant;
  private readonly linkType: number;
  private packets = 0;
  private emptyFrames = 0;
  private damaged = false;

  constructor(chunks: Chunks, little: boolean, interfaceName: string | null = null) {
    const view = viewOf(chunks.bytes);
    const at = chunks.offset;
    this.chunks = chunks;
    this.little = little;
    this.variant = VARIANTS[view.getUint32(at, little)]!;
    this.format = this.variant.format;
    // the upper bits say whether frames end with a checksum, and of what length
    this.linkType = view.getUint32(at + 20, little) & 0xffff;
    const snapLength = view.getUint32(at + 16, little);
    const nanoseconds = this.variant.unit === 1;
    const hasPcapRecords = little && this.variant.record === PCAP_RECORD;
    this.interfaces = [{ name: interfaceName, linkType: this.linkType, snapLength, nanoseconds, hasPcapRecords }];
    chunks.offset += PCAP_HEADER;
  }

  async fill(): Promise<boolean> {
    const { chunks } = this;
    if (chunks.offerHeld()) return true;
    if (this.damaged) return false;
    do {
      if (!(await chunks.more())) {
        if (chunks.end > chunks.offset) {
          this.problems.push(`cut short in packet ${this.packets + 1}, at byte ${chunks.before + chunks.end}`);
        } else if (this.problems.length === 0 && chunks.isCutShort()) this.problems.push(PACK_CUT);
        return false;
      }
    } while (!this.hasRecord());
    return true;
  }

  next(packet: Packet): boolean {
    const { chunks, little } = this;
    const { bytes, offset, end } = chunks;
    const { record, unit } = this.variant;
    if (end - offset < record || this.damaged) return false;
    const captured = read32(bytes, offset + 8, little);
    if (captured > LONGEST_FRAME) {
      this.problems.push(
        `packet ${this.packets + 1}, at byte ${chunks.position}, claims ${captured} bytes: the rest is not read`,
      );
      this.damaged = true;
      return false;
    }
    const start = offset + record;
    if (end - start < captured) return false;
    let seconds = read32(bytes, offset, little);
    let nanoseconds = read32(bytes, offset + 4, little) * unit;
    if (nanoseconds >= 1e9) {
      seconds += Math.floor(nanoseconds / 1e9);
      nanoseconds %= 1e9;
    }
    chunks.offset = start + captured;
    this.packets++;
    const length = read32(bytes, offset + 12, little);
    if (captured !== 0) this.emptyFrames = 0;
    else if (length === 0 && seconds === 0 && ++this.emptyFrames > MOST_EMPTY_FRAMES) {
      this.problems.push(`nothing but zeros for 64 KiB, at byte ${chunks.position}: the rest is not read`);
      this.damaged = true;
      return false;
    }
    packet.begin(bytes, start, start + captured, length, seconds, nanoseconds, 0, this.linkType);
    return true;
  }

  close(): Promise<void> {
    return this.chunks.close();
  }

  private hasRecord(): boolean {
    const { bytes, offset, end } = this.chunks;
    const { record } = this.variant;
    if (end - offset < record) return false;
    const captured = read32(bytes, offset + 8, this.little);
    return captured > LONGEST_FRAME || end - offset - record >= captured;
  }
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** Without a DataView, which would have to be made anew for each chunk and is no faster. */
export function read32(bytes: Uint8Array, at: number, little: boolean): number {
  const value = little
    ? bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)
    : (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
  return value >>> 0;
}
