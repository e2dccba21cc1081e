import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, reasonOf } from '../core/failure.ts';
import type { User } from './platform.ts';
import { refuseStreamLink } from './stream-link.ts';

/** A file that is being written. */
export interface OutputFile {
  /** For another process to write into; null when it is open elsewhere. */
  readonly fd: number | null;
  /** How many bytes it has. */
  size(): Promise<number>;
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when what was written is on the disk. */
  sync(): Promise<void>;
  /** Makes what was written final. */
  finish(): Promise<void>;
  /** Takes back what was written. */
  abandon(): Promise<void>;
  /** Makes final what was written whole, not the rest of a write that failed; when that is nothing, takes it back. */
  keep(): Promise<'kept' | 'abandoned'>;
}

/** Where files that are written come from. */
export interface CaptureFiles {
  /** As createOutputFile; the file may be open in another process. */
  create(file: string, force: boolean): Promise<OutputFile>;
  /** The same, open in this one: `fd` is there. */
  createHere(file: string, force: boolean): Promise<OutputFile>;
  /** As removeOutputFile; rejects with a Failure 74. */
  remove(file: string): Promise<void>;
  /** Packs files in place, while others are written. */
  readonly packing: Packing;
  close(): void;
}

/** What packs finished files: PackedFiles, here or in another process. */
export interface Packing {
  pack(file: string): void | Promise<void>;
  remove(file: string): void | Promise<void>;
  end(): Promise<readonly string[]>;
}

/** How a file is made: whose it becomes, and who renames and removes it, where this process may not. */
interface Making {
  readonly owner?: User | null;
  readonly rename?: (from: string, to: string) => Promise<void>;
  readonly remove?: (file: string) => Promise<void>;
}

/**
 * Creates a file that only its owner may read. It must not exist, nor be a link; with `force` it is written beside the
 * old one, which it replaces by one rename when it is finished. Folders, devices and pipes are never replaced. Rejects
 * with a Failure 73 when it cannot be created; its `write` with a Failure 74 when the disk is full.
 */
export async function createOutputFile(file: string, force: boolean, making: Making = {}): Promise<OutputFile> {
  const { owner = null, rename = fs.promises.rename, remove = removeOutputFile } = making;
  await refuseSpecialFiles(file);
  const target = force ? path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}`) : file;
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const exists = !force && (code === 'EEXIST' || code === 'ELOOP');
    throw new Failure(
      EXIT.cannotCreate,
      exists ? `${file} exists already` : `${file} cannot be created: ${reasonOf(error)}`,
      {
        hint: exists ? '--force replaces it' : null,
        cause: error,
      },
    );
  }
  // a file system that knows no owners leaves it to who mounted it
  if (owner !== null) await handle.chown(owner.uid, owner.gid).catch(() => {});
  let whole = 0;
  const finish = async (): Promise<void> => {
    try {
      await handle.close();
      if (force) await rename(target, file);
    } catch (error) {
      throw new Failure(EXIT.io, `${file} cannot be finished: ${reasonOf(error)}`, { cause: error });
    }
  };
  const abandon = async (): Promise<void> => {
    await handle.close().catch(() => {});
    await remove(target);
  };
  return {
    fd: handle.fd,
    sync: () => handle.sync(),
    size: async () => (await handle.stat()).size,
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length; ) at += (await handle.write(bytes, at)).bytesWritten;
        whole += bytes.length;
      } catch (error) {
        throw new Failure(EXIT.io, `${file} cannot be written: ${reasonOf(error)}`, { cause: error });
      }
    },
    finish,
    async keep() {
      if (whole === 0) {
        await abandon();
        return 'abandoned';
      }
      await handle.truncate(whole).catch(() => {});
      await finish();
      return 'kept';
    },
    abandon,
  };
}

/** Removes a file that was written before; one that is gone already is no matter. */
export async function removeOutputFile(file: string): Promise<void> {
  try {
    await fs.promises.rm(file, { force: true });
  } catch (error) {
    throw new Failure(EXIT.io, `${file} cannot be removed: ${reasonOf(error)}`, { cause: error });
  }
}

const STDOUT_HINT = '-w - writes to stdout, which may be one';

/** Throws Failure 73 for what is there and is neither a file nor a link, which would be what is replaced. */
async function refuseSpecialFiles(file: string): Promise<void> {
  let stat: fs.Stats;
  try {
    stat = await fs.promises.lstat(file);
  } catch {
    return; // it is not there, or creating it says why not
  }
  refuseStreamLink(file, STDOUT_HINT);
  if (stat.isFile() || stat.isSymbolicLink()) return;
  throw new Failure(
    EXIT.cannotCreate,
    `${file} is ${stat.isDirectory() ? 'a folder' : 'a device or a pipe'}, not a file`,
    {
      hint: stat.isDirectory() ? 'name a file in it' : STDOUT_HINT,
    },
  );
}
