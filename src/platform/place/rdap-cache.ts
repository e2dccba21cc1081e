import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { makeFolders } from '../files/make-folders.ts';
import { replaceFile } from '../files/replace-file.ts';

/** Something that a server said before. */
export interface Kept {
  /** When, in milliseconds since 1970. */
  readonly at: number;
  readonly url: string;
  readonly body: string;
}

/** Answers that are kept from run to run. Whatever goes wrong with a file, it is as if it were not there. */
export interface RdapCache {
  /** What is kept under a key, not older than `mostMs`; null when there is nothing. */
  find(key: string, mostMs: number): Kept | null;
  keep(key: string, kept: Kept): Promise<void>;
}

/** Nothing is kept. */
export const NO_CACHE: RdapCache = { find: () => null, keep: async () => {} };

/** Larger answers are not kept. */
const MOST_BYTES = 256 * 1024;
const MOST_FILES = 256;
/** Beside an answer, a file holds its URL, its key and the time. */
const MOST_HEAD = 8192;

export interface CachePlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user of this process; null on a system without users. */
  readonly uid: number | null;
  readonly now: () => number;
}

/**
 * Opens the cache of this user: $XDG_CACHE_HOME/netwatch/rdap, or ~/.cache/netwatch/rdap. Root has none, and neither has who may not
 * create that folder, or finds one that others own or may write to. Only the owner may read its files, which are replaced as a whole;
 * there are at most 256 of them, and the oldest make room.
 */
export function openRdapCache({ env, uid, now }: CachePlace): RdapCache {
  const folder = folderOf(env);
  if (folder === null || uid === 0) return NO_CACHE;
  let isReady = false;
  const isOwn = (): boolean => {
    isReady ||= makeOwn(folder, uid);
    return isReady;
  };
  const fileOf = (key: string): string =>
    path.join(folder, `${createHash('sha256').update(key).digest('hex').slice(0, 40)}.json`);
  return {
    find(key, mostMs) {
      if (!isOwn()) return null;
      const kept = readKept(fileOf(key), key, uid);
      // what is of the future was kept before the clock was set back
      return kept !== null && kept.at <= now() && now() - kept.at <= mostMs ? kept : null;
    },
    async keep(key, kept) {
      if (!isOwn() || Buffer.byteLength(kept.body) > MOST_BYTES) return;
      try {
        const file = fileOf(key);
        makeRoom(folder, path.basename(file));
        await replaceFile(file, `${JSON.stringify({ at: kept.at, url: kept.url, key })}\n${kept.body}`, 0o600);
      } catch {
        // a full disk: it is asked again next time
      }
    },
  };
}

function folderOf({ XDG_CACHE_HOME = '', HOME = '' }: CachePlace['env']): string | null {
  // a folder that is not absolute is to be ignored (XDG Base Directory Specification)
  if (path.isAbsolute(XDG_CACHE_HOME)) return path.join(XDG_CACHE_HOME, 'netwatch', 'rdap');
  return path.isAbsolute(HOME) ? path.join(HOME, '.cache', 'netwatch', 'rdap') : null;
}

function makeOwn(folder: string, uid: number | null): boolean {
  try {
    makeFolders(folder, 0o700);
    return [folder, path.dirname(folder)].every((one) => {
      const stat = fs.lstatSync(one);
      return stat.isDirectory() && (uid === null || stat.uid === uid) && (stat.mode & 0o022) === 0;
    });
  } catch {
    return false;
  }
}

function readKept(file: string, key: string, uid: number | null): Kept | null {
  let fd: number;
  try {
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch {
    return null;
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile() || (uid !== null && stat.uid !== uid) || stat.size > MOST_BYTES + MOST_HEAD) return null;
    const text = fs.readFileSync(fd, 'utf8');
    const end = text.indexOf('\n');
    const { at, url, key: own } = JSON.parse(text.slice(0, end)) as Partial<Kept & { readonly key: string }>;
    // a name is a hash: the key says that it is the right one
    if (end < 0 || own !== key || typeof at !== 'number' || !Number.isSafeInteger(at) || typeof url !== 'string')
      return null;
    return { at, url, body: text.slice(end + 1) };
  } catch {
    return null;
  } finally {
    fs.closeSync(fd);
  }
}

/** Removes the oldest files, so that one more may come. What a run that was ended left behind goes with them. */
function makeRoom(folder: string, name: string): void {
  const names = fs.readdirSync(folder).filter((one) => one !== name);
  const excess = names.length + 1 - MOST_FILES;
  if (excess <= 0) return;
  const aged = names
    .map((one) => ({ one, at: fs.lstatSync(path.join(folder, one)).mtimeMs }))
    .sort((a, b) => a.at - b.at);
  for (const { one } of aged.slice(0, excess)) fs.rmSync(path.join(folder, one), { force: true });
}
