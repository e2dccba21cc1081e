import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { User } from '../../core/system/user.ts';
import { lockFile } from './file-lock.ts';
import { inPlace, type Place } from './place.ts';
import { refuseStdoutName } from './stream-link.ts';

const LINE_FEED = 0x0a;
const MOST_TRIES = 100;

/** The new name of a file that has reached its size limit. */
export const rotatedName = (file: string): string => `${file}.1`;

/**
 * Adds a line to a file, completely or not at all, even if others add to it at the same time: under a lock, with one
 * write at its end. A file that would grow past `mostBytes` first becomes FILE.1 and replaces the previous one. Only
 * the owner may read the file. It is created as the caller if that user may create it, or else as this process. Links,
 * files with more than one name, folders, devices and pipes are refused. Rejects with a Failure 73 when it cannot be
 * opened, 74 when the disk is full, and as lockFile does.
 */
export async function appendLine(
  file: string,
  line: string,
  mostBytes: number,
  clock: Clock,
  caller: User | null = null,
): Promise<void> {
  const bytes = Buffer.from(`${line}\n`);
  // another process may turn the file away between opening and locking it
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const [place, fd] = open(file, caller);
    try {
      await lockFile(fd, file, clock);
      refuseOtherNames(fd, file);
      const { ino, size } = fs.fstatSync(fd);
      if (ino !== place.do(() => inodeOf(place.at(path.basename(file))))) continue;
      if (size > 0 && size + bytes.length > mostBytes) {
        const at = place.at(path.basename(file));
        place.do(() => fs.renameSync(at, rotatedName(at)));
        continue;
      }
      return write(fd, endsTorn(fd, size) ? Buffer.concat([Buffer.of(LINE_FEED), bytes]) : bytes, size, file);
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(EXIT.io, `${file} cannot be written: ${reasonOf(error)}`, { cause: error });
    } finally {
      fs.closeSync(fd);
      place.close();
    }
  }
  throw new Failure(EXIT.io, `${file} is replaced again and again by another program`);
}

/**
 * Makes the file that lines will be appended to, or finds that it is there: what cannot be appended to is refused before
 * there is a line to append. Throws a Failure 73, as appendLine does.
 */
export function openAppended(file: string, caller: User | null = null): void {
  const [place, fd] = open(file, caller);
  try {
    refuseOtherNames(fd, file);
  } finally {
    fs.closeSync(fd);
    place.close();
  }
}

function open(file: string, caller: User | null): readonly [Place, number] {
  refuseStdoutName(file, '--json prints records to stdout');
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = fs.constants;
  const flags = O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK;
  let place: Place;
  let fd: number;
  try {
    [place, fd] = inPlace(caller, file, ({ at }) => fs.openSync(at(path.basename(file)), flags, 0o600));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = code === 'ELOOP' ? 'it is a link' : code === 'EISDIR' ? 'it is a folder' : reasonOf(error);
    throw new Failure(EXIT.cannotCreate, `${file} cannot be opened: ${reason}`, { cause: error });
  }
  if (fs.fstatSync(fd).isFile()) return [place, fd];
  fs.closeSync(fd);
  place.close();
  throw new Failure(EXIT.cannotCreate, `${file} is a device or a pipe, not a file`);
}

/**
 * Throws Failure 73 for a file that has another name: somebody who may not write to it could have made a hard link to
 * it.
 */
function refuseOtherNames(fd: number, file: string): void {
  const { nlink } = fs.fstatSync(fd);
  if (nlink <= 1) return;
  throw new Failure(EXIT.cannotCreate, `${file} cannot be appended to: it has ${nlink} hard links`, {
    hint: `cp ${shellFile(file)} OTHER makes a separate file`,
  });
}

function inodeOf(file: string): number | null {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.ino ?? null;
}

/** Whether its last line was cut short, by a power cut or a full disk: the next line must not be joined to it. */
function endsTorn(fd: number, size: number): boolean {
  if (size === 0) return false;
  const last = Buffer.alloc(1);
  fs.readSync(fd, last, 0, 1, size - 1);
  return last[0] !== LINE_FEED;
}

/** Writes once; if the disk is full, removes the part that was written. */
function write(fd: number, bytes: Uint8Array, size: number, file: string): void {
  let reason = 'the disk is full';
  try {
    if (fs.writeSync(fd, bytes) === bytes.length) return;
  } catch (error) {
    reason = reasonOf(error);
  }
  fs.ftruncateSync(fd, size);
  throw new Failure(EXIT.io, `${file} cannot be written: ${reason}`);
}
