import type { Packet } from '../wire/packet.ts';
import { LONGEST_FRAME, notACapture, PACK_CUT } from './capture-problem.ts';
import { type CaptureInterface, type CaptureReader, type CaptureRecord, NO_OPTIONS } from './capture-reader.ts';
import type { Chunks } from './chunks.ts';
import { DROPS_UNKNOWN, FrameOptions } from './frame-options.ts';
import { InterfaceClock } from './interface-clock.ts';
import { KeptBlocks } from './kept-blocks.ts';
import { linklessFrame } from './linkless-frame.ts';
import { read32 } from './pcap-reader.ts';
import { OF_INTERFACE, OF_SECTION } from './pcapng-copied.ts';
import { pcapngOptions, read16, read64, textOf, unitsPerSecond } from './pcapng-options.ts';

// draft-ietf-opsawg-pcapng, 4. Block types:
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const NAMES = 4;
const ENHANCED_PACKET = 6;
const SECRETS = 10;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;

/** Type (4), length (4), and the length again at the end (4). */
const FRAME = 12;
/** Longer blocks are damage; wireshark draws the line there too. */
const LONGEST_BLOCK = 16 * 1024 * 1024;
const MOST_INTERFACES = 65_536;
/** Of an interface, in bytes: those of Windows, the longest, have 50. */
const LONGEST_NAME = 256;
const MICROSECONDS = 6;
const NO_LINK_TYPE = -1;

interface Interface extends CaptureInterface {
  readonly clock: InterfaceClock;
}

/** Reads sections of either byte order; blocks it does not know are passed over. */
export class PcapngReader implements CaptureReader {
  readonly format = 'pcapng';
  readonly interfaces: Interface[] = [];
  readonly problems: string[] = [];
  readonly keepsAllInterfaces = true;
  section: Uint8Array = NO_OPTIONS;
  record: CaptureRecord | null = null;
  private readonly chunks: Chunks;
  private readonly name: string;
  private little = true;
  /** Index in `interfaces` of the section's interface 0. */
  private firstInterface = 0;
  private packets = 0;
  private sections = 0;
  private damaged = false;
  private readonly frameOptions = new FrameOptions();
  private readonly blocks = new KeptBlocks();

  constructor(chunks: Chunks, name: string) {
    this.chunks = chunks;
    this.name = name;
  }

  async fill(): Promise<boolean> {
    const { chunks } = this;
    if (chunks.offerHeld()) return true;
    if (this.damaged) return false;
    do {
      if (!(await chunks.more())) {
        if (chunks.end > chunks.offset) {
          this.problems.push(
            `cut short in the block after packet ${this.packets}, at byte ${chunks.before + chunks.end}`,
          );
        } else if (this.problems.length === 0 && chunks.isCutShort()) this.problems.push(PACK_CUT);
        return false;
      }
    } while (!this.hasBlock());
    return true;
  }

  next(packet: Packet): boolean {
    const { chunks } = this;
    for (;;) {
      const { bytes, offset, end } = chunks;
      if (end - offset < FRAME || this.damaged) return false;
      const type = read32(bytes, offset, this.little);
      if (type === SECTION_HEADER && !this.beginSection(bytes, offset)) return false;
      const length = read32(bytes, offset + 4, this.little);
      if (length < FRAME || length > LONGEST_BLOCK || (length & 3) !== 0) {
        return this.stop(`a block after packet ${this.packets} claims ${length} bytes`);
      }
      if (end - offset < length) return false;
      if (read32(bytes, offset + length - 4, this.little) !== length) {
        return this.stop(`a block after packet ${this.packets} has two different lengths`);
      }
      const found = this.readBlock(packet, type, bytes, offset + 8, offset + length - 4);
      if (this.damaged) return false;
      chunks.offset = offset + length;
      if (found) {
        this.packets++;
        return true;
      }
    }
  }

  get comment(): string | null {
    return this.frameOptions.comments(this.chunks.bytes, this.little);
  }

  get options(): Uint8Array {
    return this.frameOptions.copy(this.chunks.bytes, this.little);
  }

  get secrets(): readonly Uint8Array[] {
    return this.blocks.secrets;
  }

  get names(): readonly Uint8Array[] {
    return this.blocks.names;
  }

  close(): Promise<void> {
    return this.chunks.close();
  }

  /** True when the block was a packet and `packet` is set. */
  private readBlock(packet: Packet, type: number, bytes: Uint8Array, start: number, end: number): boolean {
    switch (type) {
      case ENHANCED_PACKET:
        if (end - start < 20) return this.stop(`packet ${this.packets + 1} is shorter than its header`);
        return this.readPacket(packet, bytes, start, end, read32(bytes, start, this.little), DROPS_UNKNOWN);
      case OLD_PACKET:
        if (end - start < 20) return this.stop(`packet ${this.packets + 1} is shorter than its header`);
        return this.readOldPacket(packet, bytes, start, end);
      case SIMPLE_PACKET:
        return this.readSimplePacket(packet, bytes, start, end);
      case INTERFACE:
        this.readInterface(bytes, start, end);
        return false;
      case SECTION_HEADER:
        if (this.sections === 1)
          this.section = this.blocks.keepOptions(bytes, start + 16, end, this.little, OF_SECTION);
        return false;
      case NAMES:
        this.blocks.keepNames(bytes, start, end, this.little);
        return false;
      case SECRETS:
        this.keepSecrets(bytes, start, end);
        return false;
      default:
        return this.readLinkless(packet, type, bytes, start, end);
    }
  }

  /** An obsolete packet block, whose interface and drop count share the first word. */
  private readOldPacket(packet: Packet, bytes: Uint8Array, start: number, end: number): boolean {
    const { little } = this;
    return this.readPacket(packet, bytes, start, end, read16(bytes, start, little), read16(bytes, start + 2, little));
  }

  private readPacket(
    packet: Packet,
    bytes: Uint8Array,
    start: number,
    end: number,
    id: number,
    drops: number,
  ): boolean {
    const { little } = this;
    const index = this.firstInterface + id;
    const from = this.interfaces[index];
    if (from === undefined) return this.stop(`packet ${this.packets + 1} names interface ${id}, which does not exist`);
    const captured = read32(bytes, start + 12, little);
    if (captured > LONGEST_FRAME || captured > end - start - 20) {
      return this.stop(`packet ${this.packets + 1} claims ${captured} bytes`);
    }
    const { clock } = from;
    clock.set(read32(bytes, start + 4, little), read32(bytes, start + 8, little));
    const data = start + 20;
    this.setOptions(data + captured + (-captured & 3), end, drops);
    const length = read32(bytes, start + 16, little);
    packet.begin(bytes, data, data + captured, length, clock.seconds, clock.nanoseconds, index, from.linkType);
    return true;
  }

  private readSimplePacket(packet: Packet, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.interfaces[this.firstInterface];
    if (from === undefined || end - start < 4) {
      return this.stop(`packet ${this.packets + 1} is a simple block without an interface`);
    }
    const length = read32(bytes, start, this.little);
    const snapLength = from.snapLength === 0 ? LONGEST_FRAME : from.snapLength;
    const captured = Math.min(length, snapLength, end - start - 4);
    this.setOptions(end, end, DROPS_UNKNOWN);
    packet.begin(bytes, start + 4, start + 4 + captured, length, Number.NaN, 0, this.firstInterface, from.linkType);
    return true;
  }

  /** A frame of a block that is no packet; false for blocks that have none. */
  private readLinkless(packet: Packet, type: number, bytes: Uint8Array, start: number, end: number): boolean {
    const frame = linklessFrame(type, bytes, start, end, this.little);
    if (frame === null) return false;
    if ('why' in frame) return this.stop(`${frame.what} after packet ${this.packets} ${frame.why}`);
    this.setOptions(end, end, DROPS_UNKNOWN);
    this.record = frame.record;
    const { seconds, nanoseconds } = frame;
    packet.begin(bytes, frame.start, frame.end, frame.length, seconds, nanoseconds, this.firstInterface, NO_LINK_TYPE);
    return true;
  }

  private setOptions(start: number, end: number, drops: number): void {
    this.frameOptions.set(start, end, drops);
    this.record = null;
  }

  private readInterface(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 8 || this.interfaces.length >= MOST_INTERFACES) return;
    const { little } = this;
    let name: string | null = null;
    let resolution: number | undefined;
    let offsetSeconds = 0;
    for (const option of pcapngOptions(bytes, start + 8, end, little)) {
      const length = option.end - option.start;
      if (option.code === IF_NAME)
        name = textOf(bytes, option.start, Math.min(option.end, option.start + LONGEST_NAME));
      else if (option.code === IF_TSRESOL && length >= 1) resolution = bytes[option.start]!;
      else if (option.code === IF_TSOFFSET && length >= 8) {
        offsetSeconds = Number(BigInt.asIntN(64, read64(bytes, option.start, little)));
      }
    }
    const perSecond = unitsPerSecond(resolution ?? MICROSECONDS);
    this.interfaces.push({
      name,
      linkType: read16(bytes, start, little),
      snapLength: read32(bytes, start + 4, little),
      // fractions of powers of two have more digits than their size would say
      nanoseconds: 1_000_000n % perSecond !== 0n,
      resolution,
      options: this.blocks.keepOptions(bytes, start + 8, end, little, OF_INTERFACE),
      clock: new InterfaceClock(perSecond, offsetSeconds),
    });
  }

  /** A section header sets the byte order of all that follows, its own length included. */
  private beginSection(bytes: Uint8Array, offset: number): boolean {
    if (this.chunks.end - offset < 16) return false;
    const little = read32(bytes, offset + 8, true) === BYTE_ORDER_MAGIC;
    if (!little && read32(bytes, offset + 8, false) !== BYTE_ORDER_MAGIC) {
      return this.stop(`a section after packet ${this.packets} has no byte order`);
    }
    this.little = little;
    const major = read16(bytes, offset + 12, little);
    if (major !== 1) {
      if (this.sections === 0) throw notACapture(this.name, `pcapng of version ${major}, not 1`);
      return this.stop(`a section after packet ${this.packets} is of version ${major}`);
    }
    if (this.chunks.end - offset >= read32(bytes, offset + 4, little)) this.sections++;
    this.firstInterface = this.interfaces.length;
    return true;
  }

  private keepSecrets(bytes: Uint8Array, start: number, end: number): void {
    const problem = this.blocks.keepSecrets(bytes, start, end, this.little);
    if (problem !== null) this.problems.push(problem);
  }

  private stop(why: string): false {
    this.problems.push(`${why}, at byte ${this.chunks.position}: the rest is not read`);
    this.damaged = true;
    return false;
  }

  private hasBlock(): boolean {
    const { bytes, offset, end } = this.chunks;
    if (end - offset < FRAME) return false;
    let { little } = this;
    if (read32(bytes, offset, little) === SECTION_HEADER) little = read32(bytes, offset + 8, true) === BYTE_ORDER_MAGIC;
    const length = read32(bytes, offset + 4, little);
    return length > LONGEST_BLOCK || end - offset >= length;
  }
}
