import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellFile } from '../../core/output/shell-word.ts';

/** How this program came here: as a checkout of its sources, or as a package. */
export interface Installation {
  /** The folder of the program. */
  readonly root: string;
  readonly isCheckout: boolean;
  /** Where npm installs what the program needs: the project that has the package, or else the package itself. */
  readonly project: string;
}

/** The installation that `from`, a file or a folder, belongs to. */
export function installationOf(from: string = fileURLToPath(import.meta.url)): Installation {
  let root = path.resolve(from);
  while (!isThere(root, 'package.json') && path.dirname(root) !== root) root = path.dirname(root);
  // what is packed has no setup.js
  const isCheckout = isThere(root, 'setup.js');
  const modules = path.dirname(root);
  const above = path.dirname(modules);
  const isLocal = !isCheckout && path.basename(modules) === 'node_modules' && isThere(above, 'package.json');
  return { root, isCheckout, project: isLocal ? above : root };
}

/** The command that installs or builds a module that does not load. */
export function mendModule(module: string, { root, isCheckout, project }: Installation): string {
  if (isCheckout) return 'npm start';
  const isUnbuilt = [root, project].some((folder) => isThere(folder, 'node_modules', module));
  const prefix = `--prefix ${shellFile(project)}`;
  // npm would take the package for a project: with what only developers need, and a lock file
  const own = project === root ? ' --omit=dev --no-save --no-package-lock' : '';
  const command = isUnbuilt ? `npm rebuild ${prefix} ${module}` : `npm install ${prefix}${own}`;
  return isWritable(project) ? command : `sudo ${command}`;
}

/** Where sudo looks for commands, unless it is configured otherwise. */
const SECURE_PATH = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** `netwatch` where sudo finds this program, otherwise its files: node, and `script`. */
export function sudoName([node = 'node', script = 'netwatch']: readonly string[], folders = SECURE_PATH): string {
  const isFound = folders.some((folder) => realPath(path.join(folder, 'netwatch')) === realPath(script));
  return isFound && realPath(script) !== null ? 'netwatch' : `${shellFile(node)} ${shellFile(script)}`;
}

const isThere = (...parts: readonly string[]): boolean => fs.existsSync(path.join(...parts));

function isWritable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function realPath(file: string): string | null {
  try {
    return fs.realpathSync(file);
  } catch {
    return null;
  }
}
