import fs from 'node:fs';
import { createGzip } from 'node:zlib';
import { EXIT, Failure, messageOf, reasonOf } from '../../core/failure.ts';
import type { User } from '../../core/system/user.ts';
import type { CaptureFiles, HandOver } from './capture-output.ts';
import { openHandover } from './handover.ts';
import { MadeFiles } from './made-files.ts';

/** Compresses finished files one after another while others are written: `out.pcap` becomes `out.pcap.gz`. */
export class PackedFiles {
  private readonly files: MadeFiles;
  private readonly force: boolean;
  private last: Promise<void> = Promise.resolve();
  private complaints: string[] = [];

  /** Takes files from `files`; with `force`, compressed files replace existing ones. */
  constructor(files: MadeFiles, force: boolean) {
    this.files = files;
    this.force = force;
  }

  /** Begins to compress a file; if it cannot be compressed, it stays as it is. */
  pack(file: string): void {
    this.afterwards(file, 'packed', () => this.packNow(file));
  }

  /** Removes a file, compressed or not, once those before it are compressed. */
  remove(file: string): void {
    this.afterwards(file, 'removed', async () => {
      this.files.remove(file);
      this.files.remove(`${file}.gz`);
    });
  }

  /** Resolves when everything is done, with what could not be done. */
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

  /** The plain file is removed only when the compressed one is on the disk. */
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

/**
 * Files that this process creates by itself; they belong to `caller` if that user could have created them. Hands over
 * root's files as HandOver says.
 */
export function openFiles(caller: User | null, force: boolean, handOver: HandOver = null): CaptureFiles {
  const files = new MadeFiles(caller);
  const create: CaptureFiles['create'] = (file, over) => files.create(file, over, handOver);
  return {
    create,
    createHere: create,
    remove: removerOf(files),
    packing: new PackedFiles(files, force),
    openHandover,
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
