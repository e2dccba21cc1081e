import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import type { User } from '../../core/system/user.ts';
import { removeIfThere } from './capture-output.ts';
import { removeLeftovers, writtenName } from './leftovers.ts';
import { inPlace, type Place, requireReplaceable } from './place.ts';
import { lookAt, refuseOtherKinds } from './replaced-file.ts';
import { refuseStreamLink } from './stream-link.ts';

/**
 * Replaces a file as a whole: writes it beside the old one, to the disk, and renames it into place, so that a reader
 * sees either the old file or the new one. The file gets exactly `mode`, whatever the umask. A link is replaced, not
 * followed. The file is created and renamed as the caller or, if that user may not, as this process. Rejects with a
 * Failure 73 when it cannot be created, and 74 when the disk is full.
 */
export async function replaceFile(file: string, text: string, mode: number, caller: User | null = null): Promise<void> {
  const final = path.basename(file);
  const temporary = writtenName(final);
  const [place, fd] = openBeside(file, temporary, caller);
  try {
    try {
      await promisify(fs.writeFile)(fd, text);
      await promisify(fs.fchmod)(fd, mode);
      await promisify(fs.fsync)(fd);
    } finally {
      await promisify(fs.close)(fd);
    }
    place.do(() => fs.renameSync(place.at(temporary), place.at(final)));
    place.do(() => syncFolder(place.at('.')));
  } catch (error) {
    removeQuietly(place, temporary);
    throw new Failure(EXIT.io, `${file} cannot be written: ${reasonOf(error)}`, { cause: error });
  } finally {
    place.close();
  }
}

/**
 * Looks whether a file can be replaced, before there is a text for it, and removes what runs that were killed have left
 * beside it. Throws Failure 73 when it cannot.
 */
export function prepareToReplace(file: string, caller: User | null): void {
  removeLeftovers(file, caller);
  const temporary = writtenName(path.basename(file));
  const [place, fd] = openBeside(file, temporary, caller);
  fs.closeSync(fd);
  removeQuietly(place, temporary);
  place.close();
}

/** Creates the file that is to replace another. Throws Failure 73 when it cannot, or must not. */
function openBeside(file: string, temporary: string, caller: User | null): readonly [Place, number] {
  refuseStreamLink(file, 'without --out it is written to stdout');
  const stat = lookAt(file);
  if (stat !== null) refuseOtherKinds(file, stat, null);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;
  const open = (place: Place): number => {
    if (place.user !== null) requireReplaceable(file, place.user);
    return fs.openSync(place.at(temporary), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  };
  try {
    return inPlace(caller, file, open);
  } catch (error) {
    throw new Failure(EXIT.cannotCreate, `${file} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
}

/** Ignores errors: the error to report is why there is no new file. */
function removeQuietly(place: Place, name: string): void {
  try {
    place.do(() => removeIfThere(place.at(name)));
  } catch {
    // the folder may be gone
  }
}

/** Makes the new name survive a power cut; a file system that cannot do this is no reason to fail. */
function syncFolder(folder: string): void {
  try {
    const fd = fs.openSync(folder, 'r');
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // it need not be one that may be listed, either
  }
}
