import fs from 'node:fs';
import path from 'node:path';
import type { User } from '../../core/system/user.ts';
import { type HandOver, makeOutputFile, type OutputFile, removeIfThere } from './capture-output.ts';
import { openOwnPlace, type Place, placeOf } from './place.ts';

/**
 * Files of one folder: what is created here is read back, compressed and removed as the user who created it, and
 * nothing else is.
 */
export class MadeFiles {
  private readonly caller: User | null;
  private readonly openOwn: (folder: string) => Place;
  private readonly makers = new Map<string, User | null>();

  /**
   * The files belong to the caller if that user could have created them, and otherwise to this process, in the place
   * that `openOwn` opens.
   */
  constructor(caller: User | null, openOwn: (folder: string) => Place = openOwnPlace) {
    this.caller = caller;
    this.openOwn = openOwn;
  }

  /** Like makeOutputFile, but it rejects. */
  async create(file: string, force: boolean, handOver: HandOver = null): Promise<OutputFile> {
    return this.createFor(this.caller, file, force, handOver);
  }

  /** The same, created by the user who created `other`. */
  async createBeside(other: string, file: string, force: boolean): Promise<OutputFile> {
    return this.createFor(this.makers.get(other) ?? null, file, force, null);
  }

  private createFor(caller: User | null, file: string, force: boolean, handOver: HandOver): OutputFile {
    const { output, place } = makeOutputFile(file, force, { caller, openOwn: this.openOwn, handOver });
    this.makers.set(file, place.user);
    return output;
  }

  /** Opens one of them for reading. Throws the system's error. */
  open(file: string): number {
    const { O_RDONLY, O_NOFOLLOW } = fs.constants;
    return this.by(file, (at) => fs.openSync(at, O_RDONLY | O_NOFOLLOW));
  }

  /** Removes one of them; it is no error if it is already gone. Throws the system's error. */
  remove(file: string): void {
    if (!this.makers.has(file)) return;
    this.by(file, removeIfThere);
    this.makers.delete(file);
  }

  private by<T>(file: string, deed: (at: string) => T): T {
    const user = this.makers.get(file) ?? null;
    const folder = path.dirname(file);
    const place = user === null ? this.openOwn(folder) : placeOf(user, folder);
    try {
      return place.do(() => deed(place.at(path.basename(file))));
    } finally {
      place.close();
    }
  }
}
