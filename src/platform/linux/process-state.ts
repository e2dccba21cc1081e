import fs from 'node:fs';
import { libc } from './libc.ts';

/** waitid(2): tell of a child that is stopped, at once, and let others hear of it too. */
const P_PID = 1;
const WNOHANG = 0x0000_0001;
const WSTOPPED = 0x0000_0002;
const WNOWAIT = 0x0100_0000;
const SIGINFO_BYTES = 128;

/**
 * Whether a process that this one started was stopped by a signal. The kernel is asked as the parent asks, since /proc may
 * hide processes of other users (hidepid of proc(5)), and the child is another. Where the C library cannot be called,
 * /proc has to do.
 */
export function isStopped(child: number): boolean {
  try {
    const information = Buffer.alloc(SIGINFO_BYTES);
    libc().waitid(P_PID, child, information, WSTOPPED | WNOHANG | WNOWAIT);
    // si_signo, 0 when there was nothing to tell
    return information.readInt32LE(0) !== 0;
  } catch {
    return isShownStopped(child);
  }
}

/** State T of proc(5), /proc/PID/stat. False of one that cannot be seen. */
function isShownStopped(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name before it is in parentheses, and may hold any other
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  } catch {
    return false;
  }
}

/** Whether there is such a process, also one that /proc hides. */
export function processExists(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
