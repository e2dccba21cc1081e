import { EXIT, Failure } from '../failure.ts';
import { i32le } from '../wire/bytes.ts';
import type { Packet } from '../wire/packet.ts';
import { LONGEST_FRAME } from './capture-problem.ts';
import type { CaptureInterface } from './capture-reader.ts';
import { ByteGatherer, type CaptureWriter } from './capture-writer.ts';
import { PCAP_RECORD } from './frame-runs.ts';
import { linkTypeName } from './link-types.ts';

// draft-ietf-opsawg-pcap, 4 and 5.
const HEADER = 24;
const MICROSECONDS = 0xa1b2c3d4;
const NANOSECONDS = 0xa1b23c4d;

/**
 * Writes pcap, with nanoseconds where one of the interfaces has them that are known at the first frame. The format holds one link type, and neither
 * comments, names of interfaces, keys, nor times before 1970, which become 0.
 */
export class PcapWriter implements CaptureWriter {
  readonly holdsRecords = false;
  private readonly out = new ByteGatherer();
  private readonly name: string;
  private readonly snapLength: number;
  private linkType = -1;
  private nanoseconds = false;

  /** `name` is what messages call the file. Readers cut frames at `snapLength`, so none may be longer; 0 for any length. */
  constructor(name: string, snapLength = 0) {
    this.name = name;
    this.snapLength = snapLength === 0 ? LONGEST_FRAME : snapLength;
  }

  prepare(interfaces: readonly CaptureInterface[]): void {
    this.nanoseconds = interfaces.some(({ nanoseconds }) => nanoseconds);
  }

  add(packet: Packet): void {
    if (this.linkType < 0) this.writeHeader(packet.linkType);
    if (packet.linkType !== this.linkType) {
      const types = `${linkTypeName(this.linkType)} and ${linkTypeName(packet.linkType)}`;
      throw new Failure(EXIT.data, `${this.name}: pcap holds one link type, and there are ${types}`, {
        hint: 'write pcapng',
      });
    }
    const captured = packet.frameEnd - packet.frameStart;
    const at = this.out.reserve(PCAP_RECORD + captured);
    this.out.set32(at, packet.seconds > 0 ? packet.seconds : 0);
    this.out.set32(at + 4, this.nanoseconds ? packet.nanoseconds : packet.nanoseconds / 1000);
    this.out.set32(at + 8, captured);
    this.out.set32(at + 12, packet.length);
    this.out.setFrame(at + PCAP_RECORD, packet, captured);
  }

  writesAsRead(packet: Packet, from: CaptureInterface): boolean {
    return (
      from.hasPcapRecords === true &&
      from.nanoseconds === this.nanoseconds &&
      packet.linkType === this.linkType &&
      // where the fraction is more than a second, the reader has carried it over
      i32le(packet.frame, packet.frameStart - PCAP_RECORD) === (packet.seconds | 0)
    );
  }

  addRun(bytes: Uint8Array, start: number, end: number): void {
    this.out.append(bytes, start, end);
  }

  addRecord(): void {}

  addNames(): void {}

  addSecrets(): void {}

  take(): Uint8Array {
    return this.out.take();
  }

  get pending(): number {
    return this.out.pending;
  }

  /** The header of a file to which no frame was added. */
  beginEmpty(from: CaptureInterface): void {
    if (this.linkType >= 0) return;
    this.prepare([from]);
    this.writeHeader(from.linkType);
  }

  private writeHeader(linkType: number): void {
    this.linkType = linkType;
    const at = this.out.reserve(HEADER);
    this.out.set32(at, this.nanoseconds ? NANOSECONDS : MICROSECONDS);
    this.out.set16(at + 4, 2);
    this.out.set16(at + 6, 4);
    this.out.set32(at + 8, 0);
    this.out.set32(at + 12, 0);
    this.out.set32(at + 16, this.snapLength);
    this.out.set32(at + 20, linkType);
  }
}
