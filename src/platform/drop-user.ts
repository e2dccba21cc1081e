import type { User } from './platform.ts';

/** Root becomes `user` for good, with no other group; anyone else, and null, stays. Throws what the system says. */
export function dropUser(user: User | null): void {
  if (process.getuid?.() !== 0 || user === null) return;
  process.setgroups?.([]);
  process.setgid?.(user.gid);
  process.setuid?.(user.uid);
}
