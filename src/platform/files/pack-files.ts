import fs from 'node:fs';
import { createGzip } from 'node:zlib';
import { EXIT, Failure, messageOf, reasonOf } from '../../core/failure.ts';
import type { User } from '../../core/system/user.ts';
import type { CaptureFiles, HandOver } from './capture-output.ts';
import { MadeFiles } from './made-files.ts';

/** Packs files that are finished, one after another, while others are written: `out.pcap` becomes `out.pcap.gz`. */
export class PackedFiles {
  private readonly files: MadeFiles;
  private readonly force: boolean;
  private last: Promise<void> = Promise.resolve();
  private complaints: string[] = [];

  /** Of these files; with `force` packed ones replace others. */
  constructor(files: MadeFiles, force: boolean) {
    this.files = files;
    this.force = force;
  }

  /** Begins to; one that cannot be packed stays as it is. */
  pack(file: string): void {
    this.afterwards(file, 'packed', () => this.packNow(file));
  }

  /** Removes a file, packed or not, when those before it are packed. */
  remove(file: string): void {
    this.afterwards(file, 'removed', async () => {
      this.files.remove(file);
      this.files.remove(`${file}.gz`);
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
    const packed = await this.files.createBeside(file, `${file}.gz`, this.force);
    try {
      const plain = fs.createReadStream(file, { fd: this.files.open(file), start: 0 });
      for await (const bytes of plain.pipe(createGzip())) await packed.write(bytes as Buffer);
      await packed.sync();
    } catch (error) {
      await packed.abandon();
      throw error;
    }
    await packed.finish();
    this.files.remove(file);
  }
}

/** Files that this process makes by itself; they are `caller`'s where that user could have made them. Gives root's over as HandOver says. */
export function openFiles(caller: User | null, force: boolean, handOver: HandOver = null): CaptureFiles {
  const files = new MadeFiles(caller);
  const create: CaptureFiles['create'] = (file, over) => files.create(file, over, handOver);
  return {
    create,
    createHere: create,
    remove: removerOf(files),
    packing: new PackedFiles(files, force),
    close: () => {},
  };
}

/** Removes one of these files; rejects with a Failure 74. */
export function removerOf(files: MadeFiles): CaptureFiles['remove'] {
  return async (file) => {
    try {
      files.remove(file);
    } catch (error) {
      throw new Failure(EXIT.io, `${file} cannot be removed: ${reasonOf(error)}`, { cause: error });
    }
  };
}
