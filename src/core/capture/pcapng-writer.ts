import type { Packet } from '../wire/packet.ts';
import type { CaptureInterface } from './capture-reader.ts';
import { ByteGatherer, type CaptureWriter } from './capture-writer.ts';

// draft-ietf-opsawg-pcapng, 4: type (4), length (4), body, length (4); everything padded to four bytes.
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const ENHANCED_PACKET = 6;
const SECRETS = 10;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SECTION_LENGTH = 28;
const COMMENT = 1;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const LONGEST_OPTION = 65_535;

const padded = (length: number): number => (length + 3) & ~3;

/** Writes pcapng: one section, an interface block for each interface a frame came from, comments, and keys. Times before 1970 become 0. */
export class PcapngWriter implements CaptureWriter {
  private readonly out = new ByteGatherer();
  private readonly ids = new Map<CaptureInterface, number>();
  private begun = false;

  prepare(): void {}

  add(packet: Packet, from: CaptureInterface, comment: string | null): void {
    const id = this.ids.get(from) ?? this.addInterface(from, packet.linkType);
    const captured = packet.frameEnd - packet.frameStart;
    const text = comment === null ? null : new TextEncoder().encode(comment).subarray(0, LONGEST_OPTION);
    const options = text === null ? 0 : 4 + padded(text.length) + 4;
    const length = 32 + padded(captured) + options;
    const { out } = this;
    const at = this.block(ENHANCED_PACKET, length);
    out.set32(at, id);
    if (from.nanoseconds) this.setNanoseconds(at + 4, packet);
    else {
      const micros = packet.seconds >= 0 ? packet.seconds * 1e6 + Math.floor(packet.nanoseconds / 1000) : 0;
      out.set32(at + 4, Math.floor(micros / 2 ** 32));
      out.set32(at + 8, micros % 2 ** 32);
    }
    out.set32(at + 12, captured);
    out.set32(at + 16, packet.length);
    out.set(at + 20, packet.frame.subarray(packet.frameStart, packet.frameEnd), padded(captured));
    if (text === null) return;
    const option = at + 20 + padded(captured);
    out.set16(option, COMMENT);
    out.set16(option + 2, text.length);
    out.set(option + 4, text, padded(text.length));
    out.set32(option + 4 + padded(text.length), 0);
  }

  addSecrets(secrets: Uint8Array): void {
    this.begin();
    const at = this.block(SECRETS, 12 + padded(secrets.length));
    this.out.set(at, secrets, padded(secrets.length));
  }

  beginEmpty(from: CaptureInterface): void {
    if (this.ids.size === 0) this.addInterface(from, from.linkType);
  }

  take(): Uint8Array {
    return this.out.take();
  }

  get pending(): number {
    return this.out.pending;
  }

  /** More than a double holds. */
  private setNanoseconds(at: number, { seconds, nanoseconds }: Packet): void {
    const time = seconds >= 0 ? BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds) : 0n;
    this.out.set32(at, Number((time >> 32n) & 0xffffffffn));
    this.out.set32(at + 4, Number(time & 0xffffffffn));
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    const at = this.block(SECTION_HEADER, SECTION_LENGTH);
    this.out.set32(at, BYTE_ORDER_MAGIC);
    this.out.set16(at + 4, 1);
    this.out.set16(at + 6, 0);
    this.out.set32(at + 8, 0xffffffff); // the length of the section is not known
    this.out.set32(at + 12, 0xffffffff);
  }

  private addInterface(from: CaptureInterface, linkType: number): number {
    this.begin();
    const name = from.name === null ? null : new TextEncoder().encode(from.name).subarray(0, LONGEST_OPTION);
    const nameLength = name === null ? 0 : 4 + padded(name.length);
    const resolution = from.nanoseconds ? 8 : 0;
    const end = nameLength + resolution > 0 ? 4 : 0;
    const { out } = this;
    let at = this.block(INTERFACE, 20 + nameLength + resolution + end);
    out.set16(at, linkType);
    out.set16(at + 2, 0);
    out.set32(at + 4, from.snapLength);
    at += 8;
    if (name !== null) {
      out.set16(at, IF_NAME);
      out.set16(at + 2, name.length);
      out.set(at + 4, name, padded(name.length));
      at += nameLength;
    }
    if (resolution > 0) {
      out.set16(at, IF_TSRESOL);
      out.set16(at + 2, 1);
      out.set32(at + 4, 9); // 10^-9
      at += resolution;
    }
    if (end > 0) out.set32(at, 0);
    const id = this.ids.size;
    this.ids.set(from, id);
    return id;
  }

  /** A block of `length` bytes in all, its lengths written; where its body begins. */
  private block(type: number, length: number): number {
    const at = this.out.reserve(length);
    this.out.set32(at, type);
    this.out.set32(at + 4, length);
    this.out.set32(at + length - 4, length);
    return at + 8;
  }
}
