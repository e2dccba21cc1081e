import { messageOf } from '../../core/failure.ts';
import type { User } from '../../core/system/user.ts';
import { dropPrivileges, threadsWithPrivileges } from './drop-privileges.ts';
import { reachesThreads } from './every-thread.ts';
import { FILE_RIGHTS, landlockVersion, restrictFiles } from './landlock.ts';

/**
 * Gives up what only opening a device needed: the user (root becomes `user`), every capability, for good the means to
 * get others, and, where the kernel has Landlock, all files but those below `readable` that are not open yet. Returns
 * what this system could not give, each a few words; empty when all of it holds in every thread. Throws when privileges
 * cannot be given up.
 */
export function confine(user: User | null, readable: readonly string[]): readonly string[] {
  const missing: string[] = [];
  dropPrivileges(user);
  const left = threadsWithPrivileges();
  if (left > 0) missing.push(`${left} of its threads cannot give up their capabilities on ${process.arch}`);
  const version = landlockVersion();
  if (version === 0) missing.push('the kernel has no Landlock, or it is switched off');
  else {
    try {
      restrictFiles(
        version,
        readable.map((file) => ({ file, rights: FILE_RIGHTS.read })),
      );
      if (!reachesThreads) missing.push(`Landlock cannot be set for every thread on ${process.arch}`);
    } catch (error) {
      missing.push(`Landlock refuses: ${messageOf(error)}`);
    }
  }
  return missing;
}
