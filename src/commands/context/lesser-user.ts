import type { User } from '../../core/system/user.ts';
import { withGroups } from '../../platform/files/as-user.ts';
import type { Context } from './context.ts';

const NOBODY: User = { uid: 65_534, gid: 65_534 };
/** 2^32 - 1 stands for no user. */
const MOST = 2 ** 32 - 2;

/**
 * The user who called sudo, according to SUDO_UID and SUDO_GID; null when the process is not root, in a root shell, and
 * when root called sudo.
 */
export function callerOf(env: Context['env']): User | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = [idOf(env.SUDO_UID), idOf(env.SUDO_GID)];
  return uid === null || uid === 0 || gid === null ? null : { uid, gid };
}

/**
 * The user that netwatch becomes when it no longer needs root: the user who called sudo, or else nobody; null when the
 * process is not root.
 */
export function lesserUser(env: Context['env']): User | null {
  return process.getuid?.() === 0 ? (callerOf(env) ?? NOBODY) : null;
}

/** The user who called sudo, with all groups; files are created as this user. */
export function callerWithGroups(env: Context['env']): User | null {
  const caller = callerOf(env);
  return caller === null ? null : withGroups(caller);
}

/** The same for the lesser user; packets are dissected as this user. */
export function lesserUserWithGroups(env: Context['env']): User | null {
  return callerWithGroups(env) ?? lesserUser(env);
}

/** A number as sudo writes it; null for anything else. */
function idOf(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) <= MOST ? Number(text) : null;
}
