import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import { type Standing, standingOf } from '../../platform/files/trusted-file.ts';
import type { Context } from '../context/context.ts';

export interface SettingsFile {
  readonly file: string;
  readonly json: string;
  /** Whether the user who started netwatch could not read the file: then no message may quote it. */
  readonly isSecret: boolean;
}

/** The process that reads the file. */
export interface SettingsReader {
  readonly env: Context['env'];
  /** The user of this process; null on a system without users. */
  readonly uid: number | null;
  /** Called when a file in a usual place is not read. */
  readonly say: Context['say'];
}

/**
 * The configuration file: the one named by --config or NETWATCH_CONFIG, or else the first that exists of
 * $XDG_CONFIG_HOME/netwatch/config.json, ~/.config/netwatch/config.json and /etc/netwatch/config.json; null when there
 * is none, or when `none` was asked for. For root, and for a user whom sudo made another user, only root and the
 * current user may provide one: other files are not read. Throws Failure 66 when a named file is absent, 78 when it may
 * not be read or trusted.
 */
export function readSettingsFile(named: string | null, reader: SettingsReader): SettingsFile | null {
  const asked = named ?? (reader.env.NETWATCH_CONFIG || null);
  if (asked === 'none') return null;
  if (asked !== null) return readTrusted(asked, reader, true);
  for (const file of usualPlaces(reader.env)) {
    const found = readTrusted(file, reader, false);
    if (found !== null) return found;
  }
  return null;
}

function usualPlaces(env: Context['env']): readonly string[] {
  // a folder that is not absolute is to be ignored (XDG Base Directory Specification): it would be one of the working folder
  const xdg = absolute(env.XDG_CONFIG_HOME);
  const home = absolute(env.HOME);
  const own = xdg ?? (home === null ? null : path.join(home, '.config'));
  return [...(own === null ? [] : [path.join(own, 'netwatch', 'config.json')]), COMMON];
}

const absolute = (folder: string | undefined): string | null =>
  folder !== undefined && path.isAbsolute(folder) ? folder : null;

const COMMON = '/etc/netwatch/config.json';
const MOST_BYTES = 1024 * 1024;

function readTrusted(file: string, { env, uid, say }: SettingsReader, required: boolean): SettingsFile | null {
  // a home that this user may not even enter (sudo keeps HOME) holds no configuration for this user
  if (!required && !isSearchable(path.dirname(file))) return null;
  let fd: number;
  try {
    // O_NONBLOCK: a FIFO must not stop us
    fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      if (!required) return null;
      throw new Failure(EXIT.noInput, `no such file: ${file}`, { cause: error });
    }
    throw new Failure(EXIT.config, `${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  try {
    const stat = fs.fstatSync(fd);
    if (required && !stat.isFile()) throw new Failure(EXIT.config, `${file} is not a file`);
    // the owner is checked first: nothing more is said about a file that is not trusted
    const { stranger, isPublic } = actsForAnother(env, uid) ? standingOf(file, stat, new Set([0, uid!])) : OWN;
    if (stranger !== null) {
      if (required) throw new Failure(EXIT.config, `${file} is not trusted: ${stranger}`, { hint: remedyFor(file) });
      say(`${file} is not read: ${stranger}; --config none reads no file`);
      return null;
    }
    if (!stat.isFile()) throw new Failure(EXIT.config, `${file} is not a file`);
    return { file, json: readBounded(fd, file), isSecret: isRaised(env) && !isPublic };
  } finally {
    fs.closeSync(fd);
  }
}

/** Reads up to a limit, whatever size the file reports: files of /proc report none. */
function readBounded(fd: number, file: string): string {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  let length = 0;
  try {
    for (let read = -1; read !== 0 && length < bytes.length; length += read) {
      read = fs.readSync(fd, bytes, length, bytes.length - length, null);
    }
  } catch (error) {
    throw new Failure(EXIT.config, `${file} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (length > MOST_BYTES) throw new Failure(EXIT.config, `${file} is larger than 1 MiB`);
  return bytes.toString('utf8', 0, length);
}

const OWN: Standing = { stranger: null, isPublic: true };

/** Whether this process may do something that another user, who could have prepared its environment, may not. */
const actsForAnother = (env: Context['env'], uid: number | null): boolean =>
  uid === 0 || (uid !== null && isRaised(env));

/** Whether sudo, doas or pkexec made the user who called it another user. */
const isRaised = ({ SUDO_UID = '0', DOAS_USER = 'root', PKEXEC_UID = '0' }: Context['env']): boolean =>
  SUDO_UID !== '0' || DOAS_USER !== 'root' || PKEXEC_UID !== '0';

/** The command that makes the file root's; it copies the file, because its folder may be its owner's home. */
function remedyFor(file: string): string {
  const word = shellFile(file);
  return file === COMMON
    ? `chown root ${word} && chmod go-w ${word}`
    : `check its contents, then make a copy for root: install -D -o root -m 644 ${word} ${COMMON}`;
}

function isSearchable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
