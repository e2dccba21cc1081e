import fs from 'node:fs';
import { EXIT, Failure } from '../../core/failure.ts';

/** What stands in the place of a file, links not followed; null for nothing, or what is not to be seen: creating it says why. */
export function lookAt(file: string): fs.Stats | null {
  try {
    return fs.lstatSync(file);
  } catch {
    return null;
  }
}

/** Throws Failure 73 for a folder, a device or a pipe, which are never replaced. `hint` and `hintOfFolder` say what to do instead. */
export function refuseOtherKinds(
  file: string,
  stat: fs.Stats,
  hint: string | null,
  hintOfFolder: string | null = hint,
): void {
  if (stat.isFile() || stat.isSymbolicLink()) return;
  const [what, instead] = stat.isDirectory() ? ['a folder', hintOfFolder] : ['a device or a pipe', hint];
  throw new Failure(EXIT.cannotCreate, `${file} is ${what}, not a file`, { hint: instead });
}
