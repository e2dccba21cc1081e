import fs from 'node:fs';
import path from 'node:path';
import type { User } from '../../core/system/user.ts';
import { type HandOver, makeOutputFile, type OutputFile, removeIfThere } from './capture-output.ts';
import { openOwnPlace, type Place, placeOf } from './place.ts';

/** Files of one folder: what is made here is read back, packed and removed as who made it, and nothing else is. */
export class MadeFiles {
  private readonly caller: User | null;
  private readonly openOwn: (folder: string) => Place;
  private readonly makers = new Map<string, User | null>();

  /** They are the caller's where that user could have made them, and else of this process, in the place that `openOwn` opens. */
  constructor(caller: User | null, openOwn: (folder: string) => Place = openOwnPlace) {
    this.caller = caller;
    this.openOwn = openOwn;
  }

  /** As createOutputFile. */
  async create(file: string, force: boolean, handOver: HandOver = null): Promise<OutputFile> {
    return this.createFor(this.caller, file, force, handOver);
  }

  /** The same, made by who made another one of them. */
  async createBeside(other: string, file: string, force: boolean): Promise<OutputFile> {
    return this.createFor(this.makers.get(other) ?? null, file, force, null);
  }

  private createFor(caller: User | null, file: string, force: boolean, handOver: HandOver): OutputFile {
    const { output, place } = makeOutputFile(file, force, { caller, openOwn: this.openOwn, handOver });
    this.makers.set(file, place.user);
    return output;
  }

  /** Opens one of them to be read. Throws what the system says. */
  open(file: string): number {
    const { O_RDONLY, O_NOFOLLOW } = fs.constants;
    return this.by(file, (at) => fs.openSync(at, O_RDONLY | O_NOFOLLOW));
  }

  /** Removes one of them; one that is gone already is no matter. Throws what the system says. */
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
