import fs from 'node:fs';

/** Whether a process was stopped by a signal: state T of proc(5), /proc/PID/stat. False of one that cannot be seen. */
export function isStopped(pid: number): boolean {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    // the name before it is in parentheses, and may hold any other
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('T');
  } catch {
    return false;
  }
}
