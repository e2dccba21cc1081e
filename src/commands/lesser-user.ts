import type { User } from '../platform/platform.ts';
import type { Context } from './context.ts';

const NOBODY = 65_534;

/** Who netwatch becomes when it needs root no more, and whose its files are: who called sudo, else nobody; null for who is not root. */
export function lesserUser(env: Context['env']): User | null {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = [Number(env.SUDO_UID), Number(env.SUDO_GID)];
  return uid > 0 && gid > 0 ? { uid, gid } : { uid: NOBODY, gid: NOBODY };
}
