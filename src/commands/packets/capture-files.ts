import type { SandboxMode } from '../../core/system/sensor.ts';
import type { CaptureFiles } from '../../platform/files/capture-output.ts';
import { openFiles } from '../../platform/files/pack-files.ts';
import { openFilesBefore, openRingAside } from '../../platform/privileged/write-aside.ts';
import type { Context } from '../context/context.ts';
import { callerWithGroups } from '../context/lesser-user.ts';

/** A file that is to be written, by name or `-`. */
export interface OutputRequest {
  readonly write: string;
  readonly force: boolean;
  /** Whether what is written comes from the machine, and not from a file. */
  readonly isLive: boolean;
  readonly sandbox: SandboxMode;
}

/**
 * Where files come from: as root they are of who called sudo where that user could have made them, else root's. What is
 * made (`makesLater`), renamed or removed when this process has given up its privileges, and is not the caller's, needs
 * a process that keeps them. Throws Failure 73 where it could make none.
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
