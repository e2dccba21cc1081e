import type { SandboxMode } from '../../core/system/sensor.ts';
import type { CaptureFiles } from '../../platform/files/capture-output.ts';
import { removeLeftovers } from '../../platform/files/leftovers.ts';
import { openFiles } from '../../platform/files/pack-files.ts';
import { openFilesBefore, openRingAside } from '../../platform/privileged/write-aside.ts';
import type { Context } from '../context/context.ts';
import { callerWithGroups } from '../context/lesser-user.ts';

/** A file to be written, by name or `-`. */
export interface OutputRequest {
  readonly write: string;
  readonly force: boolean;
  /** Whether the packets come from the machine, not from a file. */
  readonly isLive: boolean;
  readonly sandbox: SandboxMode;
}

/**
 * Opens what creates files. As root, a file belongs to the user who called sudo if that user could have created it,
 * otherwise to root. If a file is created (`makesLater`), renamed or removed after this process has given up its
 * privileges, and is not the caller's, a process that keeps them is needed. Throws Failure 73 where it could create no
 * file.
 */
export function openCaptureFiles(
  context: Context,
  { write, force, isLive, sandbox }: OutputRequest,
  makesLater: boolean,
  packs = false,
): CaptureFiles {
  if (!context.isPrivileged() || process.getuid?.() !== 0) return openFiles(null, force);
  const caller = callerWithGroups(context.env);
  if (makesLater) return openRingAside(write, caller, packs, force);
  // a new file of a live capture keeps its name, whatever comes of it
  const isFinished = write !== '-' && (force || !isLive);
  return isFinished && sandbox !== 'off' ? openFilesBefore(caller, force) : openFiles(caller, force);
}

/**
 * The same for a file that is no capture. When it replaces another, what runs that were killed have left beside that one is
 * removed: of a capture such a part is worth keeping, of a report or of records it is not.
 */
export function openWholeFiles(context: Context, asked: OutputRequest): CaptureFiles {
  if (asked.force) removeLeftovers(asked.write, callerWithGroups(context.env));
  return openCaptureFiles(context, asked, false);
}
