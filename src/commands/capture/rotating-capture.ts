import { type CaptureInterface, type CaptureRecord, NO_OPTIONS } from '../../core/capture/capture-reader.ts';
import type { CaptureWriter } from '../../core/capture/capture-writer.ts';
import type { ByteSink } from '../../core/packet/rewrite.ts';
import type { Packet } from '../../core/wire/packet.ts';
import type { OutputFile } from '../../platform/files/capture-output.ts';
import type { RingFiles, Rotation } from './ring-files.ts';

/**
 * A capture in one file of a ring after another, each complete in itself. A file ends before the packet that comes when it is full, or whose time is too long
 * after its first packet; no packet is lost between two files.
 */
export class RotatingCapture implements CaptureWriter, ByteSink {
  private readonly ring: RingFiles;
  private readonly rotation: Rotation;
  private readonly makeWriter: () => CaptureWriter;
  private readonly secondsOf: (packet: Packet) => number;
  private writer: CaptureWriter;
  private interfaces: readonly CaptureInterface[] = [];
  private section: Uint8Array = NO_OPTIONS;
  private all = false;
  private readonly secrets: Uint8Array[] = [];
  private readonly names: Uint8Array[] = [];
  /** The ends of full files, until they can be written, with the number of packets in each. */
  private ends: { readonly bytes: Uint8Array; readonly packets: number }[] = [];
  /** Packets that were added since the last end. */
  private added = 0;
  wholeOfFailed = 0;
  /** Bytes of the file so far that are no longer in the writer. */
  private flushed = 0;
  private firstSeconds = Number.NaN;

  /**
   * `secondsOf` is the clock that measures the time of a file: live, one that never jumps; for a file that is read, the
   * times of its packets.
   */
  constructor(
    ring: RingFiles,
    rotation: Rotation,
    makeWriter: () => CaptureWriter,
    secondsOf: (packet: Packet) => number,
  ) {
    this.ring = ring;
    this.rotation = rotation;
    this.makeWriter = makeWriter;
    this.secondsOf = secondsOf;
    this.writer = makeWriter();
  }

  get holdsRecords(): boolean {
    return this.writer.holdsRecords;
  }

  prepare(interfaces: readonly CaptureInterface[], section: Uint8Array, all: boolean): void {
    this.interfaces = interfaces;
    this.section = section;
    this.all = all;
    this.writer.prepare(interfaces, section, all);
  }

  add(packet: Packet, from: CaptureInterface, comment: string | null, options: Uint8Array): void {
    this.turnWhenFull(packet);
    this.writer.add(packet, from, comment, options);
    this.added++;
  }

  /** Each packet may be the first of a file. */
  writesAsRead(): boolean {
    return false;
  }

  addRun(): void {}

  addRecord(packet: Packet, record: CaptureRecord): void {
    this.turnWhenFull(packet);
    this.writer.addRecord(packet, record);
    this.added++;
  }

  private turnWhenFull(packet: Packet): void {
    const seconds = this.secondsOf(packet);
    if (Number.isNaN(this.firstSeconds)) this.firstSeconds = seconds;
    else if (this.isFull(seconds)) this.turn(seconds);
  }

  addNames(names: Uint8Array): void {
    this.names.push(names);
    this.writer.addNames(names);
  }

  addSecrets(secrets: Uint8Array): void {
    this.secrets.push(secrets);
    this.writer.addSecrets(secrets);
  }

  beginEmpty(from: CaptureInterface): void {
    this.writer.beginEmpty(from);
  }

  get pending(): number {
    return this.writer.pending;
  }

  take(): Uint8Array {
    const bytes = this.writer.take();
    this.flushed += bytes.length;
    return bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const { ends } = this;
    this.ends = [];
    this.added = 0;
    this.wholeOfFailed = 0;
    for (const end of ends) {
      await (await this.current()).write(end.bytes);
      await this.ring.end((file) => file.finish());
      this.wholeOfFailed += end.packets;
    }
    await (await this.current()).write(bytes);
  }

  private isFull(seconds: number): boolean {
    const { bytes, seconds: most } = this.rotation;
    if (bytes !== null && this.flushed + this.writer.pending >= bytes) return true;
    return most !== null && seconds - this.firstSeconds >= most;
  }

  private turn(seconds: number): void {
    this.ends.push({ bytes: this.writer.take().slice(), packets: this.added });
    this.added = 0;
    this.writer = this.makeWriter();
    this.writer.prepare(this.interfaces, this.section, this.all);
    for (const secrets of this.secrets) this.writer.addSecrets(secrets);
    for (const names of this.names) this.writer.addNames(names);
    this.flushed = 0;
    this.firstSeconds = seconds;
  }

  private async current(): Promise<OutputFile> {
    return this.ring.file ?? (await this.ring.begin());
  }
}
