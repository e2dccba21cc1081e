import type { Packet } from '../wire/packet.ts';
import { LONGEST_FRAME, notACapture, PACK_CUT } from './capture-problem.ts';
import type { CaptureInterface, CaptureReader } from './capture-reader.ts';
import type { Chunks } from './chunks.ts';
import { InterfaceClock } from './interface-clock.ts';
import { read32 } from './pcap-reader.ts';
import { pcapngOptions, read16, read64, unitsPerSecond } from './pcapng-options.ts';

// draft-ietf-opsawg-pcapng, 4. Block types:
export const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const OLD_PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const SECRETS = 10;
/** Custom blocks, that may be copied by who does not know them and that may not. */
const CUSTOM = 0x0bad;
const CUSTOM_NOT_COPIED = 0x40000bad;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const COMMENT = 1;
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
const MOST_SECRETS = 64;
const LONGEST_SECRETS = 1024 * 1024;
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
  readonly secrets: Uint8Array[] = [];
  private readonly chunks: Chunks;
  private readonly name: string;
  private little = true;
  /** Index in `interfaces` of the section's interface 0. */
  private firstInterface = 0;
  private packets = 0;
  private sections = 0;
  private damaged = false;
  private optionsStart = 0;
  private optionsEnd = 0;

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
    const { bytes } = this.chunks;
    for (const { code, start, end } of pcapngOptions(bytes, this.optionsStart, this.optionsEnd, this.little)) {
      if (code === COMMENT) return textOf(bytes, start, end);
    }
    return null;
  }

  close(): Promise<void> {
    return this.chunks.close();
  }

  /** True when the block was a packet and `packet` is set. */
  private readBlock(packet: Packet, type: number, bytes: Uint8Array, start: number, end: number): boolean {
    switch (type) {
      case ENHANCED_PACKET:
        if (end - start < 20) return this.stop(`packet ${this.packets + 1} is shorter than its header`);
        return this.readPacket(packet, bytes, start, end, read32(bytes, start, this.little));
      case OLD_PACKET:
        if (end - start < 20) return this.stop(`packet ${this.packets + 1} is shorter than its header`);
        return this.readPacket(packet, bytes, start, end, read16(bytes, start, this.little));
      case SIMPLE_PACKET:
        return this.readSimplePacket(packet, bytes, start, end);
      case INTERFACE:
        this.readInterface(bytes, start, end);
        return false;
      case SECRETS:
        this.readSecrets(bytes, start, end);
        return false;
      case CUSTOM:
      case CUSTOM_NOT_COPIED:
        return this.readCustom(packet, bytes, start, end);
      default:
        return false;
    }
  }

  /** An enhanced packet block, or an obsolete one, whose interface and drop count share the first word. */
  private readPacket(packet: Packet, bytes: Uint8Array, start: number, end: number, id: number): boolean {
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
    this.optionsStart = data + captured + (-captured & 3);
    this.optionsEnd = end;
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
    this.optionsStart = this.optionsEnd = end;
    packet.begin(bytes, start + 4, start + 4 + captured, length, Number.NaN, 0, this.firstInterface, from.linkType);
    return true;
  }

  /** A frame of no link type and no time, as wireshark shows it: a capture may hold nothing but such blocks. */
  private readCustom(packet: Packet, bytes: Uint8Array, start: number, end: number): boolean {
    const data = start + 4; // behind the number of the enterprise
    if (data > end) return this.stop(`a custom block after packet ${this.packets} has no enterprise number`);
    this.optionsStart = this.optionsEnd = end;
    packet.begin(bytes, data, end, end - data, Number.NaN, 0, this.firstInterface, NO_LINK_TYPE);
    return true;
  }

  /** Type and length in the section's byte order, then the keys as text. */
  private readSecrets(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 8 || this.secrets.length >= MOST_SECRETS || end - start > LONGEST_SECRETS) return;
    const body = bytes.slice(start, end);
    const view = new DataView(body.buffer);
    for (const at of [0, 4]) view.setUint32(at, read32(bytes, start + at, this.little), true);
    this.secrets.push(body);
  }

  private readInterface(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 8 || this.interfaces.length >= MOST_INTERFACES) return;
    const { little } = this;
    let name: string | null = null;
    let resolution = MICROSECONDS;
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
    this.interfaces.push({
      name,
      linkType: read16(bytes, start, little),
      snapLength: read32(bytes, start + 4, little),
      // fractions of powers of two have more digits than their size would say
      nanoseconds: 1_000_000n % unitsPerSecond(resolution) !== 0n,
      clock: new InterfaceClock(unitsPerSecond(resolution), offsetSeconds),
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

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder().decode(bytes.subarray(start, end)).replace(/\0+$/, '');
}
