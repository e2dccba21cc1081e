import type { User } from '../../core/system/user.ts';

/**
 * Does something as this user, so that the kernel judges what it opens, makes, renames and removes as that user's doing,
 * and new files are that user's; null, and who is not root, stays. What is done is synchronous: the ids of all threads
 * change meanwhile, so no other work with files may be under way. Throws what it throws, and what the system says when
 * this process may not become that user.
 */
export function asUser<T>(user: User | null, deed: () => T): T {
  if (user === null || process.geteuid?.() !== 0) return deed();
  const gid = process.getegid!();
  const groups = process.getgroups!();
  process.setgroups!([...(user.groups ?? [])]);
  try {
    process.setegid!(user.gid);
    process.seteuid!(user.uid);
    return deed();
  } finally {
    process.seteuid!(0);
    process.setegid!(gid);
    process.setgroups!(groups);
  }
}

/** Node has it (initgroups(3)); its types do not. */
const { initgroups } = process as { initgroups?: (user: number, group: number) => void };

/** Users with their groups, as they are looked up once. */
const known = new Map<number, User>();

/** The user with the groups that the system's database has for it; without any where it has none, or they are not to be had. */
export function withGroups(user: User): User {
  let found = known.get(user.uid);
  if (found === undefined) {
    found = { ...user, groups: readGroups(user) };
    known.set(user.uid, found);
  }
  return found;
}

function readGroups({ uid, gid }: User): readonly number[] {
  const own = process.getegid!();
  const before = process.getgroups!();
  try {
    initgroups!(uid, gid);
    // node adds the effective group to what the system says
    process.setegid!(gid);
    return process.getgroups!();
  } catch {
    // no such user, or a namespace in which groups cannot be changed
    return [];
  } finally {
    process.setegid!(own);
    restoreGroups(before);
  }
}

/** Of a process that may not set its groups they have not changed. */
function restoreGroups(groups: number[]): void {
  try {
    process.setgroups!(groups);
  } catch {
    // as above
  }
}
