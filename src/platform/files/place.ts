import fs from 'node:fs';
import path from 'node:path';
import type { User } from '../../core/system/user.ts';
import { asUser } from './as-user.ts';

/** include/uapi/asm-generic/fcntl.h: a folder as a place, which takes no right to list it. */
const O_PATH = 0x20_0000;
/** Where a descriptor is a path, too (Linux). */
const DESCRIPTORS = '/proc/self/fd';

/** A folder in which files are made, renamed and removed, and who does it. */
export interface Place {
  /** As whom it is done; null for this process itself. */
  readonly user: User | null;
  /** The folder, open, where it is held; see openOwnPlace. */
  readonly folder: number | null;
  /** The path of the file of that name in it. */
  at(name: string): string;
  /** Does something synchronous with its files. */
  do<T>(deed: () => T): T;
  close(): void;
}

/** The place as `user`: by its path, since the kernel judges that user at every step of it. */
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
 * The place as this process. Root holds the folder itself, where the system can: to nobody it is of use to put another
 * in its place between two steps. Throws what the system says.
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

/** The place as this process, in a folder that is open already; by its path where it is not. It stays open. */
export function heldPlace(fd: number | null, folder: string): Place {
  const at = fd === null || !fs.existsSync(DESCRIPTORS) ? folder : `${DESCRIPTORS}/${fd}`;
  return { user: null, folder: fd, at: (name) => path.join(at, name), do: (deed) => deed(), close: () => {} };
}

/**
 * Does something in the folder of `file` as `caller`, or, where the kernel does not let that user, as this process.
 * Returns where that was, and what came of it. Throws what the one or the other throws.
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

/** Of the user's rights, or of ours to become that user: EINVAL is a user that this namespace does not have. */
function isRefusal(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' || (code === 'EINVAL' && /^set/.test(syscall ?? ''));
}

/**
 * Throws EPERM where `user` may make files in a folder and not replace this one: another's, in a folder like /tmp. The
 * rename would be refused, but only when the file is written.
 */
export function requireReplaceable(file: string, user: User): void {
  const there = fs.lstatSync(file, { throwIfNoEntry: false });
  if (there === undefined || there.uid === user.uid) return;
  const folder = fs.statSync(path.dirname(file));
  if ((folder.mode & STICKY) === 0 || folder.uid === user.uid) return;
  throw Object.assign(new Error(`EPERM: operation not permitted, rename '${file}'`), { code: 'EPERM' });
}
const STICKY = 0o1000;
