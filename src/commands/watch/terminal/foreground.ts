import type { Clock } from '../../../core/system/clock.ts';
import { isInBackground, letGoOfTerminals, stopUntilForeground } from '../../../platform/linux/own-terminal.ts';

/** What stopped it may be slow to come, and where nobody can let it go on, it never comes. */
const LOOK_MS = 20;
const MOST_LOOKS = 25;

/**
 * Waits until this process has the terminal: one that was begun with `&` is stopped, as the system stops those that use the
 * terminal of another, and fg lets it go on. Resolves to false where there is no shell that could.
 */
export async function comeToForeground(clock: Clock): Promise<boolean> {
  if (!isInBackground()) return true;
  process.on('exit', letGoOfTerminals);
  try {
    return stopUntilForeground();
  } catch {
    // koffi has no binary for this machine
  }
  for (let looks = 0; looks < MOST_LOOKS; looks++) {
    process.kill(process.pid, 'SIGTTOU');
    await clock.sleep(LOOK_MS);
    if (!isInBackground()) return true;
  }
  return false;
}
