import fs from 'node:fs';
import { messageOf } from '../../core/failure.ts';
import type { KeptCapability } from '../../core/system/platform.ts';
import type { User } from '../../core/system/user.ts';
import { dropUser } from '../machine/drop-user.ts';
import { bitsOf } from './capabilities.ts';
import { callOnEveryThread, systemCalls } from './every-thread.ts';
import { libc } from './libc.ts';

// include/uapi/linux/prctl.h and capability.h
const PR_SET_KEEPCAPS = 8;
const PR_SET_NO_NEW_PRIVS = 38;
const PR_CAP_AMBIENT = 47;
const PR_CAP_AMBIENT_RAISE = 2n;
const CAPABILITY_VERSION_3 = 0x20080522;

/**
 * Gives up for good, in every thread: the user and the groups (root becomes `user`; null stays), all capabilities but
 * those that are `kept`, and the means to get others by executing a program. Throws when the system refuses.
 */
export function dropPrivileges(
  user: User | null,
  keeps: readonly KeptCapability[] = [],
  by: 'itself' | 'and what it starts' = 'itself',
): void {
  requireCalls(); // loaded while their file can be read
  const kept = bitsOf(keeps) & readPermitted();
  if (kept !== 0n) prctl(PR_SET_KEEPCAPS);
  dropUser(user); // the C library does this in every thread
  keepOnly(kept, by === 'and what it starts');
}

/** As Platform.shedPrivileges. */
export function shedPrivileges(user: User | null): readonly string[] {
  const stays: string[] = [];
  const attempt = (deed: () => void, what: (reason: string) => string): boolean => {
    try {
      deed();
      return true;
    } catch (error) {
      stays.push(what(messageOf(error)));
      return false;
    }
  };
  const canCall = attempt(requireCalls, (reason) => `no_new_privs cannot be set: ${reason}`);
  // root of a namespace that has no such user is the one outside of it who made that, and no one else can be had
  const becomes = user !== null && isKnownHere(user.uid) ? user : null;
  attempt(
    () => dropUser(becomes),
    (reason) => `root may not become user ${user?.uid}: ${reason}`,
  );
  if (canCall)
    attempt(
      () => keepOnly(0n, false),
      (reason) => `capabilities stay: ${reason}`,
    );
  return stays;
}

/** Whether the user namespace of this process has that user: user_namespaces(7). */
function isKnownHere(uid: number): boolean {
  const lines = fs.readFileSync('/proc/self/uid_map', 'latin1').trim().split('\n');
  return lines.some((line) => {
    const [first = 0, , count = 0] = line.trim().split(/\s+/).map(Number);
    return uid >= first && uid < first + count;
  });
}

/** Throws when what cannot be done without koffi cannot be done here. */
function requireCalls(): void {
  if (systemCalls === null) throw new Error(`netwatch does not know the system calls of ${process.arch}`);
  libc();
}

/** Leaves every thread these capabilities alone, and no means to get others. */
function keepOnly(kept: bigint, isHandedOn: boolean): void {
  const c = libc();
  const header = Buffer.allocUnsafeSlow(8).fill(0); // of the thread that calls
  header.writeUInt32LE(CAPABILITY_VERSION_3, 0);
  // effective, permitted and inheritable set, the lower halves and then the upper ones; what is ambient goes with them
  const sets = Buffer.allocUnsafeSlow(24).fill(0);
  for (const at of isHandedOn ? [0, 4, 8] : [0, 4]) {
    sets.writeUInt32LE(Number(kept & 0xffff_ffffn), at);
    sets.writeUInt32LE(Number(kept >> 32n), at + 12);
  }
  callOnEveryThread('capset', systemCalls!.capset, [c.address(header), c.address(sets)]);
  prctl(PR_SET_NO_NEW_PRIVS);
  // a program that is executed as another user than root has these alone
  for (let bit = 0n; isHandedOn && kept >> bit > 0n; bit++) {
    if ((kept >> bit) & 1n) prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, bit);
  }
}

function prctl(option: number, a = 1n, b = 0n): void {
  // the system call itself, since only that can be made in other threads
  callOnEveryThread('prctl', systemCalls!.prctl, [BigInt(option), a, b]);
}

/** Whether this process is root, or was given a capability. */
export function isPrivileged(): boolean {
  return process.getuid?.() === 0 || readPermitted() !== 0n;
}

function readPermitted(): bigint {
  const hex = /^CapPrm:\t([0-9a-f]+)$/m.exec(fs.readFileSync('/proc/self/status', 'utf8'))?.[1];
  return BigInt(`0x${hex ?? '0'}`);
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
