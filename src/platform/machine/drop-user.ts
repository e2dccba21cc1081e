import type { User } from '../../core/system/user.ts';

/**
 * Root becomes `user` permanently, with that user's groups alone; any other user stays the same, and so does root with
 * null. Throws the system's error.
 */
export function dropUser(user: User | null): void {
  if (process.getuid?.() !== 0 || user === null) return;
  process.setgroups?.([...(user.groups ?? [])]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}
