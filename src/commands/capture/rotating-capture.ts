import path from 'node:path';
import { type CaptureInterface, type CaptureRecord, NO_OPTIONS } from '../../core/capture/capture-reader.ts';
import type { CaptureWriter } from '../../core/capture/capture-writer.ts';
import { messageOf } from '../../core/failure.ts';
import type { ByteSink } from '../../core/packet/rewrite.ts';
import type { Packet } from '../../core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../../platform/files/capture-output.ts';
import { WrittenFiles } from './written-files.ts';

/** When a new file begins, and how many files are kept; null for never, and for all. */
export interface Rotation {
  readonly bytes: number | null;
  readonly seconds: number | null;
  readonly keep: number | null;
  /** Whether full files are compressed: `.gz` is added to their names. */
  readonly packs: boolean;
}

/** The clocks that a rotation needs. */
export interface RotationClock {
  /** The wall clock, for names. */
  readonly now: () => number;
  /**
   * The clock, in seconds, that measures the time of a file: live, a clock that never jumps; for a file that is read,
   * the times of its packets.
   */
  readonly seconds: (packet: Packet) => number;
  readonly say: (line: string) => void;
}

/**
 * A capture in one file after another, each complete in itself, named as dumpcap names its ring:
 * `out_00001_20260102030405.pcap`. A file ends before the packet that comes when it is full, or whose time is too long
 * after its first packet; no packet is lost between two files.
 */
export class RotatingCapture implements CaptureWriter, ByteSink {
  private readonly name: string;
  private readonly force: boolean;
  private readonly files: CaptureFiles;
  private readonly rotation: Rotation;
  private readonly makeWriter: () => CaptureWriter;
  private readonly clock: RotationClock;
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
  private file: OutputFile | null = null;
  /** The files that there are once `keep` has resolved. */
  readonly written: WrittenFiles;
  private count = 0;
  /** Bytes of the file so far that are no longer in the writer. */
  private flushed = 0;
  private firstSeconds = Number.NaN;

  constructor(
    files: CaptureFiles,
    name: string,
    force: boolean,
    rotation: Rotation,
    makeWriter: () => CaptureWriter,
    clock: RotationClock,
  ) {
    this.files = files;
    this.name = name;
    this.force = force;
    this.rotation = rotation;
    this.written = new WrittenFiles(rotation.packs);
    this.makeWriter = makeWriter;
    this.clock = clock;
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
    const seconds = this.clock.seconds(packet);
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
      await this.end((file) => file.finish());
      this.wholeOfFailed += end.packets;
    }
    await (await this.current()).write(bytes);
  }

  /** Resolves when what was written of the last file is on the disk. */
  async sync(): Promise<void> {
    await this.file?.sync();
  }

  /** Ends the last file with what was written completely, and resolves when all files are compressed that should be. */
  async keep(): Promise<void> {
    await this.end((file) => file.keep());
    if (!this.rotation.packs) return;
    const complaints = await this.files.packing.end();
    this.written.complained(complaints);
    for (const line of complaints) this.clock.say(line);
  }

  private async end(how: (file: OutputFile) => Promise<unknown>): Promise<void> {
    if (this.file === null) return;
    const became = await how(this.file);
    this.file = null;
    if (became === 'abandoned') this.written.forgetLast();
    else if (this.rotation.packs) await this.files.packing.pack(this.written.last);
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
    if (this.file === null) {
      const name = nameOf(this.name, ++this.count, new Date(this.clock.now()));
      this.file = await this.files.create(name, this.force);
      this.written.add(name);
      const { keep } = this.rotation;
      if (keep !== null && this.written.length > keep) await this.remove(this.written.takeOldest());
    }
    return this.file;
  }

  /** Removes a file; if that fails, the capture continues. */
  private async remove(file: string): Promise<void> {
    try {
      await (this.rotation.packs ? this.files.packing : this.files).remove(file);
    } catch (error) {
      this.written.stays(file);
      this.clock.say(messageOf(error));
    }
  }
}

/** The number of the file and the local time, before the end of the name. */
function nameOf(name: string, count: number, at: Date): string {
  const { dir, name: stem, ext } = path.parse(name);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`;
  const time = `${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`;
  return path.join(dir, `${stem}_${String(count).padStart(5, '0')}_${day}${time}${ext}`);
}
