import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import type { User } from '../../core/system/user.ts';
import { makeFolders } from '../files/make-folders.ts';
import { openOwnPlace } from '../files/place.ts';

/** Where a spool is kept when --spool does not say: systemd's StateDirectory, or else where the state of programs is kept. */
export function usualSpoolFolder(env: Readonly<Record<string, string | undefined>>, isRoot: boolean): string | null {
  const { STATE_DIRECTORY = '', XDG_STATE_HOME = '', HOME = '' } = env;
  const [state = ''] = STATE_DIRECTORY.split(':', 1);
  if (path.isAbsolute(state)) return path.join(state, 'spool');
  if (isRoot) return '/var/lib/netwatch/spool';
  if (path.isAbsolute(XDG_STATE_HOME)) return path.join(XDG_STATE_HOME, 'netwatch', 'spool');
  return path.isAbsolute(HOME) ? path.join(HOME, '.local', 'state', 'netwatch', 'spool') : null;
}

/**
 * Makes the folder of a spool where there is none, for `user` alone; null stands for the user of this process. Root calls it
 * before it becomes that user. A folder that is there is left as it is. Throws Failure 73.
 */
export function makeSpoolFolder(folder: string, user: User | null, isUsual: boolean): void {
  try {
    if (fs.lstatSync(folder, { throwIfNoEntry: false }) !== undefined) return;
    // root makes no folder on a way that others chose
    if (isUsual || user === null) makeFolders(path.dirname(folder), 0o755);
    const place = openOwnPlace(path.dirname(folder));
    try {
      const at = place.at(path.basename(folder));
      fs.mkdirSync(at, { mode: 0o700 });
      if (user !== null) fs.lchownSync(at, user.uid, user.gid);
    } finally {
      place.close();
    }
  } catch (error) {
    throw cannotUse(folder, reasonOf(error), error);
  }
}

/** Throws Failure 73 for a folder that is none, or that others could put files into. */
export function requireOwnFolder(folder: string): void {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  let stat: fs.Stats;
  try {
    const fd = fs.openSync(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
    stat = fs.fstatSync(fd);
    fs.closeSync(fd);
  } catch (error) {
    const isLink = (error as NodeJS.ErrnoException).code === 'ELOOP';
    throw cannotUse(folder, isLink ? 'it is a link' : reasonOf(error), error);
  }
  const own = process.geteuid?.() ?? stat.uid;
  if (stat.uid !== own) throw cannotUse(folder, `it belongs to user ${stat.uid}, and netwatch runs as user ${own}`);
  if ((stat.mode & OTHERS_WRITE) !== 0) {
    throw new Failure(EXIT.cannotCreate, `the spool ${folder} cannot be used: others may write to it`, {
      hint: `chmod 700 ${shellFile(folder)}`,
    });
  }
}
const OTHERS_WRITE = 0o022;

/** What is said of a spool that is of no use here. */
export const cannotUse = (folder: string, reason: string, cause?: unknown): Failure =>
  new Failure(EXIT.cannotCreate, `the spool ${folder} cannot be used: ${reason}`, {
    hint: '--spool DIR names another folder',
    cause,
  });
