import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure } from '../../core/failure.ts';

/**
 * Throws Failure 73 for a link of the system, such as /dev/stdout or /proc/self/fd/1: it stands for an open file, and
 * replacing it would take it away from every other program. Links in /dev/shm, a folder of files, do not count. So it
 * does for `-`, by which nobody means a file. `hint` says how to write there.
 */
export function refuseStreamLink(file: string, hint: string): void {
  refuseStdoutName(file, hint);
  let folder: string;
  try {
    if (!fs.lstatSync(file).isSymbolicLink()) return;
    folder = fs.realpathSync(path.dirname(file));
  } catch {
    return; // it is not there, or creating it says why not
  }
  if (!/^\/(?:proc|dev)(?:\/|$)/.test(folder) || /^\/dev\/shm(?:\/|$)/.test(folder)) return;
  throw new Failure(EXIT.cannotCreate, `${file} is a link of the system to an open file, which is never replaced`, {
    hint,
  });
}

/** Throws Failure 73 for `-`, which stands for stdout: a file of that name is ./- */
export function refuseStdoutName(file: string, hint: string): void {
  if (file === '-') throw new Failure(EXIT.cannotCreate, '"-" stands for stdout, and a file is needed', { hint });
}
