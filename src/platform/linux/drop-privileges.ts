import fs from 'node:fs';
import { callOnEveryThread, systemCalls } from './every-thread.ts';
import { libc } from './libc.ts';

// include/uapi/linux/prctl.h and capability.h
const PR_SET_KEEPCAPS = 8;
const PR_SET_NO_NEW_PRIVS = 38;
const CAPABILITY_VERSION_3 = 0x20080522;

/** Who a process becomes when it needs no privilege any more. */
export interface User {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives up for good, in every thread: the user and the groups (root becomes `user`; null stays), all capabilities but
 * those whose bits are `kept`, and the means to get others by executing a program. Throws when the system refuses.
 */
export function dropPrivileges(user: User | null, kept = 0n): void {
  if (systemCalls === null) throw new Error(`netwatch does not know the system calls of ${process.arch}`);
  if (process.getuid?.() === 0 && user !== null) {
    if (kept !== 0n) prctl(PR_SET_KEEPCAPS);
    // the C library does these in every thread
    process.setgroups?.([]);
    process.setgid?.(user.gid);
    process.setuid?.(user.uid);
  }
  const header = Buffer.allocUnsafeSlow(8).fill(0); // of the thread that calls
  header.writeUInt32LE(CAPABILITY_VERSION_3, 0);
  // effective, permitted and inheritable set, the lower halves and then the upper ones; what is ambient goes with them
  const sets = Buffer.allocUnsafeSlow(24).fill(0);
  for (const at of [0, 4]) {
    sets.writeUInt32LE(Number(kept & 0xffff_ffffn), at);
    sets.writeUInt32LE(Number(kept >> 32n), at + 12);
  }
  const c = libc();
  callOnEveryThread('capset', systemCalls.capset, [c.address(header), c.address(sets)]);
  prctl(PR_SET_NO_NEW_PRIVS);
}

function prctl(option: number): void {
  // the system call itself, since only that can be made in other threads
  callOnEveryThread('prctl', systemCalls!.prctl, [BigInt(option), 1n]);
}

/** How many threads of this process still have a capability, or could get one. */
export function threadsWithPrivileges(): number {
  return fs.readdirSync('/proc/self/task').filter((thread) => !isUnprivileged(statusOf(thread))).length;
}

/** Whether the text of a /proc/PID/task/TID/status (proc(5)) shows no capability in any set, and no way to get one. */
export function isUnprivileged(status: string): boolean {
  const sets = [...status.matchAll(/^Cap(?:Inh|Prm|Eff|Amb):\t([0-9a-f]+)$/gm)];
  return sets.length === 4 && sets.every(([, hex]) => /^0+$/.test(hex!)) && /^NoNewPrivs:\t1$/m.test(status);
}

function statusOf(thread: string): string {
  return fs.readFileSync(`/proc/self/task/${thread}/status`, 'utf8');
}
