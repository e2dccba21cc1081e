import fs from 'node:fs';
import path from 'node:path';
import type { User } from '../../core/system/user.ts';
import { asUser } from './as-user.ts';

/** include/uapi/asm-generic/fcntl.h: opens a folder as a place, without the right to list it. */
const O_PATH = 0x20_0000;
/** The folder in which each descriptor is also a path (Linux). */
const DESCRIPTORS = '/proc/self/fd';

/** A folder in which files are created, renamed and removed, and the user who does it. */
export interface Place {
  /** The user who does it; null for this process itself. */
  readonly user: User | null;
  /** The descriptor of the folder, if it is held open; see openOwnPlace. */
  readonly folder: number | null;
  /** The path of the file with that name in it. */
  at(name: string): string;
  /** Runs something synchronous with its files, as that user. */
  do<T>(deed: () => T): T;
  close(): void;
}

/** The place as `user`: by its path, because the kernel checks that user's rights at every step of it. */
export function placeOf(user: User, folder: string): Place {
  return {
    user,
    folder: null,
    at: (name) => path.join(folder, name),
    do: (deed) => asUser(user, deed),
    close: () => {},
  };
}

/**
 * The place as this process. Where the system can, root holds the folder itself open, so that it is useless to swap the
 * folder between two steps. Throws the system's error.
 */
export function openOwnPlace(folder: string): Place {
  if (process.geteuid?.() !== 0 || !fs.existsSync(DESCRIPTORS)) return heldPlace(null, folder);
  const fd = fs.openSync(folder, O_PATH | fs.constants.O_DIRECTORY);
  let isOpen = true;
  const close = (): void => {
    if (isOpen) fs.closeSync(fd);
    isOpen = false;
  };
  return { ...heldPlace(fd, folder), close };
}

/** The place as this process, in a folder that is already open; by its path if it is not. The folder stays open. */
export function heldPlace(fd: number | null, folder: string): Place {
  const at = fd === null || !fs.existsSync(DESCRIPTORS) ? folder : `${DESCRIPTORS}/${fd}`;
  return { user: null, folder: fd, at: (name) => path.join(at, name), do: (deed) => deed(), close: () => {} };
}

/**
 * Runs `deed` in the folder of `file` as `caller` or, if the kernel does not allow that user, as this process. Returns
 * the place and the result. Throws what either of them throws.
 */
export function inPlace<T>(
  caller: User | null,
  file: string,
  deed: (place: Place) => T,
  openOwn: (folder: string) => Place = openOwnPlace,
): readonly [Place, T] {
  const folder = path.dirname(file);
  if (caller !== null) {
    const place = placeOf(caller, folder);
    try {
      return [place, place.do(() => deed(place))];
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
  const own = openOwn(folder);
  try {
    return [own, deed(own)];
  } catch (error) {
    own.close();
    throw error;
  }
}

/**
 * Whether the error is a lack of the user's rights, or of our right to become that user: EINVAL is a user that this
 * namespace does not have.
 */
function isRefusal(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' || (code === 'EINVAL' && /^set/.test(syscall ?? ''));
}

/**
 * Throws EPERM when `user` may create files in a folder but not replace this one, which belongs to another user, in a
 * folder like /tmp. The rename would be refused, but only after the file is written.
 */
export function requireReplaceable(file: string, user: User): void {
  const there = fs.lstatSync(file, { throwIfNoEntry: false });
  if (there === undefined || there.uid === user.uid) return;
  const folder = fs.statSync(path.dirname(file));
  if ((folder.mode & STICKY) === 0 || folder.uid === user.uid) return;
  throw Object.assign(new Error(`EPERM: operation not permitted, rename '${file}'`), { code: 'EPERM' });
}
const STICKY = 0o1000;
