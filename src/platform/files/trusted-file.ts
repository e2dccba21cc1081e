import fs from 'node:fs';
import path from 'node:path';

/** Who could change what a path leads to, and who may read it. */
export interface Standing {
  /** What on the way an untrusted user could change, and how: `/home/ann belongs to user 1000`; null for nothing. */
  readonly stranger: string | null;
  /** Whether every user may read it. */
  readonly isPublic: boolean;
}

/** The kernel's limit: more links than this on the way are a loop. */
const MOST_LINKS = 40;

/**
 * Walks to a file that was opened as `opened`, by its real path. Every folder and link on the way and the file itself
 * must belong to one of `trusted`, and nobody else may write to them. A sticky folder (/tmp) may be writable by
 * everyone, because only the owner of an entry can replace it there. Access control lists need no check of their own:
 * what they grant is within the group bits (acl(5)). The last check is that the path leads to the file that was opened,
 * so that it cannot change meanwhile.
 */
export function standingOf(file: string, opened: fs.Stats, trusted: ReadonlySet<number>): Standing {
  const shut = { isPublic: false };
  try {
    const rest = (path.isAbsolute(file) ? file : `${process.cwd()}/${file}`).split('/').filter(isStep);
    let at = '/';
    let folder = fs.lstatSync(at);
    let isPublic = (opened.mode & 0o004) !== 0;
    for (let links = 0; ; ) {
      const stranger = strangerOf(at, folder, trusted);
      if (stranger !== null) return { stranger, ...shut };
      isPublic &&= (folder.mode & 0o001) !== 0;
      const step = rest.shift();
      if (step === undefined) return { stranger: `${file} is a folder`, ...shut };
      const next = path.join(at, step);
      const stat = fs.lstatSync(next);
      if (stat.isSymbolicLink()) {
        if (!trusted.has(stat.uid)) return { stranger: belongs(next, stat), ...shut };
        if (++links > MOST_LINKS) return { stranger: `the links of ${file} form a loop`, ...shut };
        const target = fs.readlinkSync(next);
        rest.unshift(...target.split('/').filter(isStep));
        if (path.isAbsolute(target)) at = '/';
      } else if (stat.isDirectory()) at = next;
      else if (rest.length > 0 || stat.ino !== opened.ino || stat.dev !== opened.dev) {
        return { stranger: `${next} was changed meanwhile`, ...shut };
      } else return { stranger: strangerOf(next, opened, trusted), isPublic };
      folder = fs.lstatSync(at);
    }
  } catch (error) {
    return { stranger: `it is unknown who may write to it (${(error as NodeJS.ErrnoException).code})`, ...shut };
  }
}

const isStep = (name: string): boolean => name !== '' && name !== '.';

/** How an untrusted user could change it; null when none can. */
function strangerOf(name: string, stat: fs.Stats, trusted: ReadonlySet<number>): string | null {
  if (!trusted.has(stat.uid)) return belongs(name, stat);
  if ((stat.mode & 0o022) === 0 || (stat.isDirectory() && (stat.mode & 0o1000) !== 0)) return null;
  return `${name} may be written by ${(stat.mode & 0o002) !== 0 ? 'every user' : `group ${stat.gid}`}`;
}

const belongs = (name: string, { uid }: fs.Stats): string => `${name} belongs to user ${uid}`;
