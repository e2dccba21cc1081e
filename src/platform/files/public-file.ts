import fs from 'node:fs';

/** Whether every user may read the file; false for one that is not there. */
export function isPublicFile(name: string): boolean {
  return ((fs.statSync(name, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0;
}
