import path from 'node:path';
import type { CaptureInterface } from '../core/capture/capture-reader.ts';
import type { CaptureWriter } from '../core/capture/capture-writer.ts';
import type { ByteSink } from '../core/capture/rewrite.ts';
import type { Packet } from '../core/wire/packet.ts';
import type { CaptureFiles, OutputFile } from '../platform/capture-output.ts';

/** When another file begins, and how many stay; null for never, and for all. */
export interface Rotation {
  readonly bytes: number | null;
  readonly seconds: number | null;
  readonly keep: number | null;
}

/**
 * A capture in one file after another, each whole by itself, named as dumpcap names its ring: `out_00001_20260102030405.pcap`.
 * A file ends before the packet that comes when it is full, or a packet's time after its first; no packet is lost between two.
 */
export class RotatingCapture implements CaptureWriter, ByteSink {
  private readonly name: string;
  private readonly force: boolean;
  private readonly files: CaptureFiles;
  private readonly rotation: Rotation;
  private readonly makeWriter: () => CaptureWriter;
  private readonly now: () => number;
  private writer: CaptureWriter;
  private interfaces: readonly CaptureInterface[] = [];
  private readonly secrets: Uint8Array[] = [];
  /** The ends of files that are full, until they can be written. */
  private ends: Uint8Array[] = [];
  private file: OutputFile | null = null;
  private readonly written: string[] = [];
  private count = 0;
  /** Bytes of the file so far that are not in the writer any more. */
  private flushed = 0;
  private firstSeconds = Number.NaN;

  /** `now` is the wall clock, for names. */
  constructor(
    files: CaptureFiles,
    name: string,
    force: boolean,
    rotation: Rotation,
    makeWriter: () => CaptureWriter,
    now: () => number,
  ) {
    this.files = files;
    this.name = name;
    this.force = force;
    this.rotation = rotation;
    this.makeWriter = makeWriter;
    this.now = now;
    this.writer = makeWriter();
  }

  prepare(interfaces: readonly CaptureInterface[]): void {
    this.interfaces = interfaces;
    this.writer.prepare(interfaces);
  }

  add(packet: Packet, from: CaptureInterface, comment: string | null): void {
    if (Number.isNaN(this.firstSeconds)) this.firstSeconds = packet.seconds;
    else if (this.isFull(packet)) this.turn(packet);
    this.writer.add(packet, from, comment);
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
    for (const end of ends) {
      await (await this.current()).write(end);
      await this.finish();
    }
    await (await this.current()).write(bytes);
  }

  /** Resolves when what was written of the last file is on the disk. */
  async sync(): Promise<void> {
    await this.file?.sync();
  }

  /** Ends the last file. */
  async finish(): Promise<void> {
    await this.file?.finish();
    this.file = null;
  }

  /** Ends it with what was written whole. */
  async keep(): Promise<void> {
    await this.file?.keep();
    this.file = null;
  }

  private isFull({ seconds }: Packet): boolean {
    const { bytes, seconds: most } = this.rotation;
    if (bytes !== null && this.flushed + this.writer.pending >= bytes) return true;
    return most !== null && seconds - this.firstSeconds >= most;
  }

  private turn({ seconds }: Packet): void {
    this.ends.push(this.writer.take().slice());
    this.writer = this.makeWriter();
    this.writer.prepare(this.interfaces);
    for (const secrets of this.secrets) this.writer.addSecrets(secrets);
    this.flushed = 0;
    this.firstSeconds = seconds;
  }

  private async current(): Promise<OutputFile> {
    if (this.file === null) {
      const name = nameOf(this.name, ++this.count, new Date(this.now()));
      this.file = await this.files.create(name, this.force);
      this.written.push(name);
      const { keep } = this.rotation;
      if (keep !== null && this.written.length > keep) await this.files.remove(this.written.shift()!);
    }
    return this.file;
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
