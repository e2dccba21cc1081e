import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import type { User } from '../../core/system/user.ts';
import { writtenName } from './leftovers.ts';
import { inPlace, openOwnPlace, type Place, requireReplaceable } from './place.ts';
import { lookAt, refuseOtherKinds } from './replaced-file.ts';
import { refuseStreamLink } from './stream-link.ts';

/** A file that is being written. */
export interface OutputFile {
  /** The descriptor, for another process to write to; null when the file is open in another process. */
  readonly fd: number | null;
  /** How many bytes it has. */
  size(): Promise<number>;
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when what was written is on the disk. */
  sync(): Promise<void>;
  /** Makes what was written final. */
  finish(): Promise<void>;
  /** Removes what was written. */
  abandon(): Promise<void>;
  /**
   * Makes final what was written completely, without the rest of a write that failed; if that is nothing, removes the
   * file.
   */
  keep(): Promise<'kept' | 'abandoned'>;
}

/** Creates and removes the files that netwatch writes. */
export interface CaptureFiles {
  /** Like makeOutputFile, but it rejects; the file may be open in another process. */
  create(file: string, force: boolean): Promise<OutputFile>;
  /** The same, open in this process: `fd` is not null. */
  createHere(file: string, force: boolean): Promise<OutputFile>;
  /** Removes a file that was created here; it is no error if it is already gone. Rejects with a Failure 74. */
  remove(file: string): Promise<void>;
  /** Compresses files in place while others are written. */
  readonly packing: Packing;
  /** Opens the way by which another process gets files that were created here; null where there is none. */
  openHandover(): FileHandover | null;
  close(): void;
}

/** Passes files that were created here to another process, which may then write to them and do nothing else with them. */
export interface FileHandover {
  /** The descriptor that the other process is to inherit: there it receives those of files. */
  readonly receiver: number;
  /** Passes a file, which stays open here. Rejects with a Failure. */
  pass(file: OutputFile): Promise<void>;
  /** Says to the other process, which waits for a file, that none will come. */
  refuse(): void;
  close(): void;
}

/** Compresses finished files: PackedFiles, here or in another process. */
export interface Packing {
  pack(file: string): void | Promise<void>;
  remove(file: string): void | Promise<void>;
  end(): Promise<readonly string[]>;
}

const write = promisify(fs.write);

/** For whom a file is created, and by whom. */
export interface Making {
  /** The user who owns the file if that user could have created it; null for the user who runs this process. */
  readonly caller?: User | null;
  /** Opens the place of this process itself, for folders in which the caller may not create files. */
  readonly openOwn?: (folder: string) => Place;
  readonly handOver?: HandOver;
}

/**
 * Finds the finisher of a file that this process created in its own place and may no longer rename or remove; null when
 * it still may.
 */
export type HandOver = ((place: Place, names: FileNames) => Finisher) | null;

/** The names of a file: while it is written, and afterwards. */
export interface FileNames {
  readonly written: string;
  readonly final: string;
}

/** Gives a file its final name, or removes it. */
export interface Finisher {
  rename(): Promise<void>;
  remove(): Promise<void>;
}

/**
 * Creates a file that only its owner may read. It must not exist or be a link. With `force` it is written beside the
 * old one and replaces it with one rename when it is finished. Folders, devices and pipes are never replaced. The file
 * is created and renamed as the caller, or else as this process. Returns it with the place where it was created. Throws
 * a Failure 73 when it cannot be created; its `write` rejects with a Failure 74 when the disk is full.
 */
export function makeOutputFile(
  file: string,
  force: boolean,
  { caller = null, openOwn = openOwnPlace, handOver = null }: Making,
): { readonly output: OutputFile; readonly place: Place } {
  refuseSpecialFiles(file);
  const final = path.basename(file);
  const names: FileNames = { written: force ? writtenName(final) : final, final };
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;
  const open = (place: Place): number => {
    if (force && place.user !== null) requireReplaceable(file, place.user);
    return fs.openSync(place.at(names.written), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  };
  let place: Place;
  let fd: number;
  try {
    [place, fd] = inPlace(caller, file, open, openOwn);
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
  const { rename, remove } =
    place.user === null && handOver !== null ? handOver(place, names) : ownFinisher(place, names);
  let whole = 0;
  let isOpen = true;
  let isOver = false;
  // the number of a descriptor that was closed is soon that of another
  const held = (): number => {
    if (isOpen) return fd;
    throw Object.assign(new Error('EBADF: bad file descriptor, it is closed'), { code: 'EBADF' });
  };
  const close = async (): Promise<void> => {
    if (!isOpen) return;
    isOpen = false;
    await promisify(fs.close)(fd);
  };
  const end = (): void => {
    isOver = true;
    place.close();
  };
  const finish = async (): Promise<void> => {
    try {
      await close();
      if (force) await rename();
    } catch (error) {
      throw new Failure(EXIT.io, `${file} cannot be finished: ${reasonOf(error)}`, { cause: error });
    }
    end();
  };
  const abandon = async (): Promise<void> => {
    if (isOver) return;
    await close().catch(() => {});
    try {
      await remove();
    } catch (error) {
      throw new Failure(EXIT.io, `${file} cannot be removed: ${reasonOf(error)}`, { cause: error });
    } finally {
      end();
    }
  };
  const output: OutputFile = {
    fd,
    sync: async () => promisify(fs.fsync)(held()),
    size: async () => (await promisify(fs.fstat)(held())).size,
    async write(bytes) {
      try {
        for (let at = 0; at < bytes.length; ) at += (await write(held(), bytes, at)).bytesWritten;
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
      await promisify(fs.ftruncate)(held(), whole).catch(() => {});
      await finish();
      return 'kept';
    },
    abandon,
  };
  return { output, place };
}

function ownFinisher(place: Place, { written, final }: FileNames): Finisher {
  return {
    rename: async () => place.do(() => fs.renameSync(place.at(written), place.at(final))),
    remove: async () => place.do(() => removeIfThere(place.at(written))),
  };
}

/** Removes a file; it is no error if it is already gone. Throws the system's error. */
export function removeIfThere(file: string): void {
  fs.rmSync(file, { force: true });
}

const STDOUT_HINT = '-w - writes to stdout, which can be a device or a pipe';

/** Throws Failure 73 when the path exists and is neither a file nor a link: it would be replaced. */
function refuseSpecialFiles(file: string): void {
  const stat = lookAt(file);
  if (stat === null) return;
  refuseStreamLink(file, STDOUT_HINT);
  refuseOtherKinds(file, stat, STDOUT_HINT, 'name a file in it');
}
