import type { User } from '../../core/system/user.ts';

/** Root becomes `user` for good, with that user's groups alone; anyone else, and null, stays. Throws what the system says. */
export function dropUser(user: User | null): void {
  if (process.getuid?.() !== 0 || user === null) return;
  process.setgroups?.([...(user.groups ?? [])]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}
