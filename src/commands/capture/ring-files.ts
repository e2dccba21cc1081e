import path from 'node:path';
import { messageOf } from '../../core/failure.ts';
import type { FileEnds } from '../../core/system/sensor.ts';
import type { CaptureFiles, OutputFile } from '../../platform/files/capture-output.ts';
import { WrittenFiles } from './written-files.ts';

/** When a new file begins, and how many files are kept; null for never, and for all. */
export interface Rotation extends FileEnds {
  readonly keep: number | null;
  /** Whether full files are compressed: `.gz` is added to their names. */
  readonly packs: boolean;
}

/** What a ring needs to know, and to tell. */
export interface RingTalk {
  /** The wall clock, for names. */
  readonly now: () => number;
  readonly say: (line: string) => void;
}

/** The files of a ring, one after another, named as dumpcap names them: `out_00001_20260102030405.pcap`. */
export class RingFiles {
  /** The files that there are once `keep` has resolved. */
  readonly written: WrittenFiles;
  /** The one that is being written. */
  file: OutputFile | null = null;
  private readonly files: CaptureFiles;
  private readonly name: string;
  private readonly force: boolean;
  private readonly rotation: Rotation;
  private readonly talk: RingTalk;
  private count = 0;

  constructor(files: CaptureFiles, name: string, force: boolean, rotation: Rotation, talk: RingTalk) {
    this.files = files;
    this.name = name;
    this.force = force;
    this.rotation = rotation;
    this.written = new WrittenFiles(rotation.packs);
    this.talk = talk;
  }

  /** Begins the next file, and removes the oldest if there are too many. Rejects with a Failure 73. */
  async begin(): Promise<OutputFile> {
    const file = await this.create();
    await this.removeOldest();
    return file;
  }

  /**
   * The same, when the one before is full: `pass` gets the next before anything else is done, because packets wait for it.
   */
  async turn(pass: (file: OutputFile) => Promise<void>): Promise<void> {
    const before = this.file;
    const full = before === null ? null : this.written.last;
    const next = await this.create();
    try {
      await pass(next);
    } finally {
      await before?.finish();
      if (full !== null) await this.pack(full);
      await this.removeOldest();
    }
  }

  /** Ends the file that is being written, if there is one. */
  async end(how: (file: OutputFile) => Promise<unknown>): Promise<void> {
    if (this.file === null) return;
    const became = await how(this.file);
    this.file = null;
    if (became === 'abandoned') this.written.forgetLast();
    else await this.pack(this.written.last);
  }

  /** Ends the last file, and resolves when all files are compressed that should be. */
  async keep(how: (file: OutputFile) => Promise<unknown>): Promise<void> {
    await this.end(how);
    if (!this.rotation.packs) return;
    const complaints = await this.files.packing.end();
    this.written.complained(complaints);
    for (const line of complaints) this.talk.say(line);
  }

  /** Resolves when what was written of the last file is on the disk. */
  async sync(): Promise<void> {
    await this.file?.sync();
  }

  private async create(): Promise<OutputFile> {
    const name = nameOf(this.name, ++this.count, new Date(this.talk.now()));
    const file = await this.files.create(name, this.force);
    this.file = file;
    this.written.add(name);
    return file;
  }

  private async pack(file: string): Promise<void> {
    if (this.rotation.packs) await this.files.packing.pack(file);
  }

  /** Removes the oldest if there are too many; if that fails, the capture continues. */
  private async removeOldest(): Promise<void> {
    const { keep } = this.rotation;
    if (keep === null || this.written.length <= keep) return;
    const file = this.written.takeOldest();
    try {
      await (this.rotation.packs ? this.files.packing : this.files).remove(file);
    } catch (error) {
      this.written.stays(file);
      this.talk.say(messageOf(error));
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
