import type { User } from '../../core/system/user.ts';
import { withGroups } from '../../platform/files/as-user.ts';
import type { Context } from './context.ts';

const NOBODY: User = { uid: 65_534, gid: 65_534 };
/** 2^32 - 1 stands for no user. */
const MOST = 2 ** 32 - 2;

/** Who called sudo, as SUDO_UID and SUDO_GID have it; null for who is not root, in a shell of root, and where root called it. */
export function callerOf(env: Context['env']): User | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = [idOf(env.SUDO_UID), idOf(env.SUDO_GID)];
  return uid === null || uid === 0 || gid === null ? null : { uid, gid };
}

/** Who netwatch becomes when it needs root no more: who called sudo, else nobody; null for who is not root. */
export function lesserUser(env: Context['env']): User | null {
  return process.getuid?.() === 0 ? (callerOf(env) ?? NOBODY) : null;
}

/** The caller with all groups, as whom files are made. */
export function callerWithGroups(env: Context['env']): User | null {
  const caller = callerOf(env);
  return caller === null ? null : withGroups(caller);
}

/** The same of the lesser user, as whom packets are dissected. */
export function lesserUserWithGroups(env: Context['env']): User | null {
  return callerWithGroups(env) ?? lesserUser(env);
}

/** A number as sudo writes it; null for anything else. */
function idOf(text: string | undefined): number | null {
  return text !== undefined && /^[0-9]{1,10}$/.test(text) && Number(text) <= MOST ? Number(text) : null;
}
