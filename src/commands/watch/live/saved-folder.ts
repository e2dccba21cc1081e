import path from 'node:path';
import type { CaptureFiles } from '../../../platform/files/capture-output.ts';
import { openFiles } from '../../../platform/files/pack-files.ts';
import { openRingAside } from '../../../platform/privileged/write-aside.ts';
import type { Context } from '../../context/context.ts';
import { callerOf, callerWithGroups } from '../../context/lesser-user.ts';

/** Where a person's files go, and who makes them. */
export interface SavedFolder {
  readonly folder: string;
  readonly files: CaptureFiles;
}

/**
 * The home folder of the person at the terminal: of who called sudo, not root's. Call this before privileges are given up:
 * in a root shell, a process that keeps them and may write only there makes the files. Throws Failure 73 where there is no
 * such folder.
 */
export function openSavedFolder(context: Context, passwd: string | null): SavedFolder {
  const caller = callerOf(context.env);
  const home = caller === null ? null : homeIn(passwd ?? '', caller.uid);
  const folder = home ?? absolute(context.env.HOME) ?? process.cwd();
  const isRoot = context.isPrivileged() && process.getuid?.() === 0;
  const files =
    isRoot && caller === null
      ? openRingAside(path.join(folder, 'netwatch_capture'), null, false, false)
      : openFiles(isRoot ? callerWithGroups(context.env) : null, false);
  return { folder, files };
}

const absolute = (folder: string | undefined): string | null =>
  folder !== undefined && path.isAbsolute(folder) ? folder : null;

/** The home folder of a user in /etc/passwd (passwd(5)); null when it is not there. */
export function homeIn(passwd: string, uid: number): string | null {
  for (const line of passwd.split('\n')) {
    const fields = line.split(':');
    if (fields.length >= 7 && fields[2] === String(uid)) return absolute(fields[5]);
  }
  return null;
}
