import { EXIT, Failure, messageOf } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import type { Clock } from '../../core/system/clock.ts';
import { loadKoffi } from '../linux/libc.ts';

/** sys/file.h; the same on Linux and macOS. */
const LOCK_EX_NB = 2 | 4;
/** Milliseconds between two tries: the holder of the lock writes one record, which takes less time. */
const RETRY_MS = 2;
/** After this time, the holder of the lock must be hanging. */
const PATIENCE_MS = 10_000;

type Flock = (fd: number, operation: number) => number;
let flock: Flock | null = null;

/**
 * Locks an open file for this process alone, until it is closed (flock(2)). Waits while another process holds the lock;
 * rejects with a Failure 75 after ten seconds, and 69 where the file system, or this machine, has no locks.
 */
export async function lockFile(fd: number, file: string, clock: Clock): Promise<void> {
  flock ??= loadFlock();
  for (let waited = 0; flock(fd, LOCK_EX_NB) !== 0; waited += RETRY_MS) {
    if (!isHeld(loadKoffi().errno()))
      throw new Failure(EXIT.unavailable, `${file} cannot be locked: its file system has no locks`);
    if (waited >= PATIENCE_MS)
      throw new Failure(EXIT.timeout, `another program has kept ${file} locked for ${PATIENCE_MS / 1000} s`, {
        hint: `fuser ${shellFile(file)} shows which program`,
      });
    await clock.sleep(RETRY_MS);
  }
}

/** EWOULDBLOCK is 11 on Linux and 35 on macOS; 4 is EINTR. */
const isHeld = (errno: number): boolean => errno === 11 || errno === 35 || errno === 4;

function loadFlock(): Flock {
  try {
    return loadKoffi().load(null).func('int flock(int, int)');
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(EXIT.unavailable, `files cannot be locked here: ${messageOf(error)}`);
  }
}
