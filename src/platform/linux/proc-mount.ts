import type { Host } from '../../core/system/host.ts';

/** Said where this machine has no /proc, as in a bare chroot. */
export const NO_PROC = '/proc is not mounted';
export const MOUNT_PROC = 'mount -t proc proc /proc';

/** Whether /proc shows not even the process that asks; a machine that is a folder may lack that. */
export function isProcAbsent(host: Host): boolean {
  return host.root === null && host.readIfAny('/proc/self/stat') === null;
}
