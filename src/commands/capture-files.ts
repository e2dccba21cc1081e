import type { CaptureFiles } from '../platform/capture-output.ts';
import { openFiles } from '../platform/pack-files.ts';
import { openFilesAside } from '../platform/privileged/write-aside.ts';
import type { Context } from './context.ts';
import { lesserUser } from './lesser-user.ts';
import type { PacketValues } from './packet-source.ts';

/** A command that writes a file, by name or `-`. */
interface FileValues extends Pick<PacketValues, 'read' | 'sandbox'> {
  readonly write: string;
  readonly force: boolean;
}

/**
 * Where files come from: live and as root, they are for who called sudo. What is made (`makesLater`), renamed or removed
 * when the capture has given up its privileges needs a process that keeps them.
 */
export function openCaptureFiles(
  context: Context,
  values: FileValues,
  makesLater: boolean,
  packs = false,
): CaptureFiles {
  const { read, write, force, sandbox } = values;
  const user = read === null ? lesserUser(context.env) : null;
  const needsAside = makesLater || (force && write !== '-');
  return user !== null && needsAside && sandbox !== 'off'
    ? openFilesAside(write, user, packs, force)
    : openFiles(user, force);
}
