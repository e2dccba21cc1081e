import fs from 'node:fs';
import { createGzip } from 'node:zlib';
import { messageOf, reasonOf } from '../core/failure.ts';
import { type CaptureFiles, createOutputFile, removeOutputFile } from './capture-output.ts';
import type { User } from './platform.ts';

/** Packs files that are finished, one after another, while others are written: `out.pcap` becomes `out.pcap.gz`. */
export class PackedFiles {
  private readonly owner: User | null;
  private readonly force: boolean;
  private last: Promise<void> = Promise.resolve();
  private complaints: string[] = [];

  /** The packed files are `owner`'s; with `force` they replace others. */
  constructor(owner: User | null, force: boolean) {
    this.owner = owner;
    this.force = force;
  }

  /** Begins to; one that cannot be packed stays as it is. */
  pack(file: string): void {
    this.afterwards(file, 'packed', () => this.packNow(file));
  }

  /** Removes a file, packed or not, when those before it are packed. */
  remove(file: string): void {
    this.afterwards(file, 'removed', async () => {
      await removeOutputFile(file);
      await removeOutputFile(`${file}.gz`);
    });
  }

  /** Resolves when all is done, to what could not be. */
  async end(): Promise<readonly string[]> {
    await this.last;
    const { complaints } = this;
    this.complaints = [];
    return complaints;
  }

  private afterwards(file: string, what: string, deed: () => Promise<void>): void {
    this.last = this.last.then(deed).catch((error: unknown) => {
      const why = error instanceof Error && 'code' in error ? reasonOf(error) : messageOf(error);
      this.complaints.push(`${file} could not be ${what}: ${why}`);
    });
  }

  /** The plain file goes only when the packed one is on the disk. */
  private async packNow(file: string): Promise<void> {
    const packed = await createOutputFile(`${file}.gz`, this.force, { owner: this.owner });
    try {
      for await (const bytes of fs.createReadStream(file).pipe(createGzip())) await packed.write(bytes as Buffer);
      await packed.sync();
    } catch (error) {
      await packed.abandon();
      throw error;
    }
    await packed.finish();
    await removeOutputFile(file);
  }
}

/** Files that this process makes by itself, for `owner`, or for its own user. */
export function openFiles(owner: User | null, force: boolean): CaptureFiles {
  const create: CaptureFiles['create'] = (file, over) => createOutputFile(file, over, { owner });
  const packing = new PackedFiles(owner, force);
  return { create, createHere: create, remove: removeOutputFile, packing, close: () => {} };
}
