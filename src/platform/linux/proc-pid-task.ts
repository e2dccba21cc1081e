import type { Host } from '../../core/system/host.ts';

/** Of a process with thousands of threads, so many are tried: those that have ended are gone, and one that lives will do. */
const MOST_TRIED = 8;

/**
 * The folders below /proc of threads of a process, without its main thread: where that has ended, only theirs hold what
 * belongs to the process (proc_pid_task(5)). None when it is gone.
 */
export function threadFolders(host: Host, pid: number): readonly string[] {
  try {
    const threads = host.list(`/proc/${pid}/task`).filter((thread) => thread !== String(pid));
    return threads.slice(0, MOST_TRIED).map((thread) => `/proc/${pid}/task/${thread}`);
  } catch {
    return [];
  }
}
