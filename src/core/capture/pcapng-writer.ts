import type { Packet } from '../wire/packet.ts';
import { type CaptureInterface, type CaptureRecord, NO_OPTIONS } from './capture-reader.ts';
import { ByteGatherer, type CaptureWriter } from './capture-writer.ts';
import { keepsResolution, TimeUnits } from './time-units.ts';

// draft-ietf-opsawg-pcapng, 4: type (4), length (4), body, length (4); everything padded to four bytes.
const SECTION_HEADER = 0x0a0d0d0a;
const INTERFACE = 1;
const NAMES = 4;
const ENHANCED_PACKET = 6;
const SECRETS = 10;
const BYTE_ORDER_MAGIC = 0x1a2b3c4d;
const SECTION_LENGTH = 28;
const COMMENT = 1;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const LONGEST_OPTION = 65_535;
const MICROSECONDS = 6;
const NANOSECONDS = 9;

const padded = (length: number): number => (length + 3) & ~3;

interface Written {
  readonly id: number;
  readonly units: TimeUnits;
}

/**
 * Writes pcapng: one section, an interface block for each interface a frame came from, or for all, with their options,
 * those of frames, comments, keys and names. Times before 1970 become 0.
 */
export class PcapngWriter implements CaptureWriter {
  readonly holdsRecords = true;
  private readonly out = new ByteGatherer();
  private readonly written = new Map<CaptureInterface, Written>();
  private interfaces: readonly CaptureInterface[] = [];
  private section: Uint8Array = NO_OPTIONS;
  private added = 0;
  private begun = false;

  prepare(interfaces: readonly CaptureInterface[], section: Uint8Array, all: boolean): void {
    this.interfaces = all ? interfaces : [];
    this.section = section;
  }

  add(packet: Packet, from: CaptureInterface, comment: string | null, options: Uint8Array): void {
    if (this.added < this.interfaces.length) this.addInterfaces();
    const { id, units } = this.written.get(from) ?? this.addInterface(from, packet.linkType);
    const captured = packet.frameEnd - packet.frameStart;
    const text = comment === null ? NO_OPTIONS : new TextEncoder().encode(comment).subarray(0, LONGEST_OPTION);
    const said = (comment === null ? 0 : 4 + padded(text.length)) + options.length;
    const { out } = this;
    let at = this.block(ENHANCED_PACKET, 32 + padded(captured) + (said === 0 ? 0 : said + 4));
    out.set32(at, id);
    units.set(packet.seconds, packet.nanoseconds);
    out.set32(at + 4, units.high);
    out.set32(at + 8, units.low);
    out.set32(at + 12, captured);
    out.set32(at + 16, packet.length);
    out.setFrame(at + 20, packet, padded(captured));
    if (said === 0) return;
    at += 20 + padded(captured);
    if (comment !== null) at = this.option(at, COMMENT, text);
    this.options(at, options);
  }

  writesAsRead(): boolean {
    return false;
  }

  addRun(): void {}

  addRecord({ frame, frameStart, frameEnd }: Packet, { type, enterprise, processor }: CaptureRecord): void {
    this.begin();
    this.addInterfaces();
    const head = enterprise !== null ? 4 : processor !== undefined ? 2 : 0;
    const length = padded(head + frameEnd - frameStart) - head;
    const at = this.block(type, 12 + head + length);
    if (enterprise !== null) this.out.set32(at, enterprise);
    else if (processor !== undefined) this.out.set16(at, processor);
    this.out.set(at + head, frame.subarray(frameStart, frameEnd), length);
  }

  addSecrets(secrets: Uint8Array): void {
    this.addBody(SECRETS, secrets);
  }

  addNames(names: Uint8Array): void {
    this.addBody(NAMES, names);
  }

  beginEmpty(from: CaptureInterface): void {
    this.addInterfaces();
    if (this.written.size === 0) this.addInterface(from, from.linkType);
  }

  take(): Uint8Array {
    return this.out.take();
  }

  get pending(): number {
    return this.out.pending;
  }

  private begin(): void {
    if (this.begun) return;
    this.begun = true;
    const { section } = this;
    const at = this.block(SECTION_HEADER, SECTION_LENGTH + (section.length === 0 ? 0 : section.length + 4));
    this.out.set32(at, BYTE_ORDER_MAGIC);
    this.out.set16(at + 4, 1);
    this.out.set16(at + 6, 0);
    this.out.set32(at + 8, 0xffffffff); // the length of the section is not known
    this.out.set32(at + 12, 0xffffffff);
    if (section.length > 0) this.options(at + 16, section);
  }

  /** Those that are known by now. */
  private addInterfaces(): void {
    const { interfaces } = this;
    for (; this.added < interfaces.length; this.added++) {
      const one = interfaces[this.added]!;
      if (!this.written.has(one)) this.addInterface(one, one.linkType);
    }
  }

  private addInterface(from: CaptureInterface, linkType: number): Written {
    this.begin();
    const { out } = this;
    const name = from.name === null ? null : new TextEncoder().encode(from.name).subarray(0, LONGEST_OPTION);
    const resolution = resolutionOf(from);
    const more = from.options ?? NO_OPTIONS;
    const said = (name === null ? 0 : 4 + padded(name.length)) + (resolution === null ? 0 : 8) + more.length;
    let at = this.block(INTERFACE, 20 + (said === 0 ? 0 : said + 4));
    out.set16(at, linkType);
    out.set16(at + 2, 0);
    out.set32(at + 4, from.snapLength);
    at += 8;
    if (name !== null) at = this.option(at, IF_NAME, name);
    if (resolution !== null) at = this.option(at, IF_TSRESOL, Uint8Array.of(resolution));
    if (said > 0) this.options(at, more);
    const written = { id: this.written.size, units: new TimeUnits(resolution ?? MICROSECONDS) };
    this.written.set(from, written);
    return written;
  }

  private addBody(type: number, body: Uint8Array): void {
    this.begin();
    const at = this.block(type, 12 + padded(body.length));
    this.out.set(at, body, padded(body.length));
  }

  /** Where the next one begins. */
  private option(at: number, code: number, value: Uint8Array): number {
    this.out.set16(at, code);
    this.out.set16(at + 2, value.length);
    this.out.set(at + 4, value, padded(value.length));
    return at + 4 + padded(value.length);
  }

  /** Options as the reader says them, and the end of all. */
  private options(at: number, options: Uint8Array): void {
    this.out.set(at, options, options.length);
    this.out.set32(at + options.length, 0);
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

/** The unit of times that the block names; null for microseconds, which need no name. */
function resolutionOf({ resolution, nanoseconds }: CaptureInterface): number | null {
  if (resolution !== undefined && keepsResolution(resolution)) return resolution;
  return nanoseconds ? NANOSECONDS : null;
}
