import { libc } from './libc.ts';

// include/uapi/linux/prctl.h and capability.h
const PR_SET_NO_NEW_PRIVS = 38;
const CAPABILITY_VERSION_3 = 0x20080522;

/**
 * Gives up what only opening a device needed: the user (root becomes `user`), every capability, and for good the means to
 * get others. Throws when the system refuses.
 */
export function confine(user: { readonly uid: number; readonly gid: number } | null): void {
  if (process.getuid?.() === 0 && user !== null) {
    process.setgroups?.([]);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  }
  const c = libc();
  if (c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) throw new Error(`prctl: errno ${c.errno()}`);
  if (user === null) return;
  const header = Buffer.alloc(8);
  header.writeUInt32LE(CAPABILITY_VERSION_3, 0); // for this thread, 0
  if (c.capset(header, Buffer.alloc(24)) < 0) throw new Error(`capset: errno ${c.errno()}`);
}
