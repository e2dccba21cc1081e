import type { User } from '../../core/system/user.ts';

/**
 * Runs `deed` as this user: the kernel checks what it opens, creates, renames and removes with that user's rights, and
 * new files belong to that user. With null, or when the process is not root, nothing changes. `deed` must be
 * synchronous: the ids of all threads change meanwhile, so no other work with files may be in progress. Throws what
 * `deed` throws, and the system's error when this process may not become that user.
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

/** Node has this function (initgroups(3)); its types do not. */
const { initgroups } = process as { initgroups?: (user: number, group: number) => void };

/** Users with their groups; each is looked up only once. */
const known = new Map<number, User>();

/** The user with the groups that the system's database lists; without groups when it lists none or cannot be read. */
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

/** Restores the groups. A process that may not set its groups has not changed them. */
function restoreGroups(groups: number[]): void {
  try {
    process.setgroups!(groups);
  } catch {
    // as above
  }
}
