import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, reasonOf } from '../core/failure.ts';
import { refuseStreamLink } from './stream-link.ts';

/**
 * Writes a file whole: beside the old one, to the disk, and by one rename in its place, so that who reads it meanwhile
 * sees the old one or the new one. `mode` is that of the file, whatever the umask. A link is replaced, not followed.
 * Rejects with a Failure 73 when it cannot be created, and 74 when the disk is full.
 */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  refuseStreamLink(file, 'without --out it is written to stdout');
  const stat = await fs.promises.lstat(file).catch(() => null);
  if (stat !== null && !stat.isFile() && !stat.isSymbolicLink()) {
    const what = stat.isDirectory() ? 'a folder' : 'a device or a pipe';
    throw new Failure(EXIT.cannotCreate, `${file} is ${what}, not a file`);
  }
  const folder = path.dirname(file);
  const temporary = path.join(folder, `.${path.basename(file)}.${process.pid}`);
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = fs.constants;
  let handle: fs.promises.FileHandle;
  try {
    handle = await fs.promises.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600);
  } catch (error) {
    throw new Failure(EXIT.cannotCreate, `${file} cannot be created: ${reasonOf(error)}`, { cause: error });
  }
  try {
    try {
      await handle.writeFile(text);
      await handle.chmod(mode);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await fs.promises.rename(temporary, file);
  } catch (error) {
    await fs.promises.rm(temporary, { force: true }).catch(() => {});
    throw new Failure(EXIT.io, `${file} cannot be written: ${reasonOf(error)}`, { cause: error });
  }
  await syncFolder(folder);
}

/** So that the new name outlives a power cut; a file system that cannot is no reason to fail. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await fs.promises.open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}
