import fs from 'node:fs';
import path from 'node:path';

/**
 * Makes a folder and those above it that are not there. Throws what the system says. One after another: node's own recursion
 * (`recursive: true`) never ends where a folder cannot be made in one that is there, as in /proc.
 */
export function makeFolders(folder: string, mode: number): void {
  if (fs.existsSync(folder)) return;
  makeFolders(path.dirname(folder), mode);
  try {
    fs.mkdirSync(folder, { mode });
  } catch (error) {
    // another process may have made it meanwhile
    if (!fs.existsSync(folder)) throw error;
  }
}
