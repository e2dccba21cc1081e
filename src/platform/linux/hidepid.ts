import type { Host } from '../../core/system/host.ts';

/**
 * The value of hidepid with which /proc hides other users' processes from a process without CAP_SYS_PTRACE; null where
 * it does not (proc(5)).
 */
export function readHidepid(host: Host): string | null {
  return parseHidepid(host.readIfAny('/proc/self/mounts') ?? '');
}

/** The same from the text of /proc/PID/mounts. */
export function parseHidepid(mounts: string): string | null {
  // of several mounts on one another the last is what is seen
  const options = [...mounts.matchAll(/^\S+ \/proc proc (\S+)/gm)].at(-1)?.[1] ?? '';
  const value = /(?:^|,)hidepid=([^,]+)/.exec(options)?.[1];
  return value === undefined || value === '0' || value === 'off' ? null : value;
}
