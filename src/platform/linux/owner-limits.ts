import type { Limit } from '../../core/limit.ts';
import type { Host } from '../../core/system/host.ts';
import { asRoot } from './packages.ts';
import { MOUNT_PROC, NO_PROC } from './proc-mount.ts';
import { readStat } from './proc-pid.ts';
import { readUsers } from './users.ts';

/** The most users or processes that are named. */
const MOST_NAMED = 3;

/** Sockets whose owners are denied, and who asks. */
export interface DeniedOwners {
  readonly sockets: number;
  /** The users of these sockets. */
  readonly uids: Iterable<number | null>;
  /** The processes whose descriptors could not be read. */
  readonly pids: readonly number[];
  /** The user who asks; null when that is unknown. */
  readonly uid: number | null;
  /** Whether that is with CAP_SYS_PTRACE. */
  readonly privileged: boolean;
  /** How /proc hides processes; null when it does not. */
  readonly hidepid: string | null;
}

/** What could not be read to find the owners, by name, and what helps. With CAP_SYS_PTRACE nothing does. */
export function deniedLimit(host: Host, denied: DeniedOwners): Limit {
  const { sockets, pids, uid, privileged, hidepid } = denied;
  const about = ownersOf(sockets);
  if (privileged) {
    const names = pids.map((pid) => `${readStat(host, pid)?.comm ?? 'a process'} (${pid})`);
    const why = `the descriptors of ${listOf(names)} cannot be read even with CAP_SYS_PTRACE`;
    return { ...about, why, remedy: null, isFinal: true };
  }
  const who = uid === 0 ? 'root without CAP_SYS_PTRACE' : 'this user';
  const whose = hidepid === null ? usersOf(host, denied.uids) : null;
  const mounted = hidepid === null ? '' : `: /proc is mounted with hidepid=${hidepid}`;
  const descriptors =
    whose === null ? "the descriptors of other users' processes" : `the descriptors of processes of ${whose}`;
  const why = `${who} cannot read ${descriptors}${mounted}`;
  return { ...about, why, remedy: uid === 0 ? null : 'sudo netwatch conns' };
}

/** That no owner is known, since there is no /proc, and how to mount it. */
export function absentLimit(sockets: number): Limit {
  return { ...ownersOf(sockets), why: NO_PROC, remedy: asRoot(MOUNT_PROC) };
}

const ownersOf = (sockets: number) => ({
  what: `owners of ${sockets} socket${sockets === 1 ? '' : 's'}`,
  subject: 'owners of sockets',
});

/** The names of users, by number where they have none; null when no user is known. */
function usersOf(host: Host, uids: Iterable<number | null>): string | null {
  const known = [...new Set(uids)].filter((uid) => uid !== null).sort((a, b) => a - b);
  if (known.length === 0) return null;
  const users = readUsers(host);
  return listOf(known.map((uid) => users.get(uid) ?? `user ${uid}`));
}

/** `a`, `a and b`, `a, b, c and 2 more`. */
function listOf(names: readonly string[]): string {
  const more = names.length - MOST_NAMED;
  const all = more > 0 ? [...names.slice(0, MOST_NAMED), `${more} more`] : names;
  return all.length < 2 ? (all[0] ?? 'some processes') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}
