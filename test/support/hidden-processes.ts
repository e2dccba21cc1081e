import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { ROOT } from './program.ts';

/**
 * The words before a command that give it a /proc of its own which hides other users' processes (proc(5)). Never a remount: that
 * would change the /proc of this machine.
 */
export const HIDING = ['unshare', '--mount', 'sh', '-c', 'mount -t proc -o hidepid=2 proc /proc && exec "$@"', 'sh'];

/** And those that make it an ordinary user. */
export const UNPRIVILEGED = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];

/** Why there is no such /proc here, or that user may not read the program; null when there is. */
export const noHiding: string | null = ((): string | null => {
  if (process.getuid?.() !== 0) return 'needs root';
  const [command, ...args] = [...HIDING, ...UNPRIVILEGED, 'test', '-r', path.join(ROOT, 'bin/netwatch.js')];
  const { status, stderr } = spawnSync(command!, args, { encoding: 'utf8' });
  if (status === 0) return null;
  return fs.existsSync('/proc/self') ? `needs a /proc of its own: ${stderr}` : 'needs /proc';
})();
if (noHiding !== null) console.warn(`skipped: where /proc hides processes: ${noHiding}`);
