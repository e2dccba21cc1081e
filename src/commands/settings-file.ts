import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, messageOf } from '../core/failure.ts';
import type { Context } from './context.ts';

export interface SettingsFile {
  readonly file: string;
  readonly json: string;
}

/**
 * The configuration file: the one named by --config or NETWATCH_CONFIG, else the first that is there of
 * $XDG_CONFIG_HOME/netwatch/config.json, ~/.config/netwatch/config.json and /etc/netwatch/config.json; null where there
 * is none, or `none` was asked for. Throws Failure 66 when a named file is absent, 78 when a file may not be read or trusted.
 */
export function readSettingsFile(named: string | null, env: Context['env'], isRoot: boolean): SettingsFile | null {
  const asked = named ?? env.NETWATCH_CONFIG ?? null;
  if (asked === 'none') return null;
  if (asked !== null) return { file: asked, json: readTrusted(asked, isRoot, true) as string };
  for (const file of usualPlaces(env)) {
    const json = readTrusted(file, isRoot, false);
    if (json !== null) return { file, json };
  }
  return null;
}

function usualPlaces(env: Context['env']): readonly string[] {
  const home = env.XDG_CONFIG_HOME ?? (env.HOME === undefined ? undefined : path.join(env.HOME, '.config'));
  const own = home === undefined ? [] : [path.join(home, 'netwatch', 'config.json')];
  return [...own, '/etc/netwatch/config.json'];
}

const MOST_BYTES = 1024 * 1024;

function readTrusted(file: string, isRoot: boolean, required: boolean): string | null {
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
    throw new Failure(EXIT.config, `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isFile()) throw new Failure(EXIT.config, `${file} is not a file`);
    if (stat.size > MOST_BYTES) throw new Failure(EXIT.config, `${file} is larger than 1 MiB`);
    // what any user may write must not steer root
    if (isRoot && (stat.mode & 0o002) !== 0)
      throw new Failure(EXIT.config, `${file} may be written by every user`, { hint: `chmod o-w ${file}` });
    return fs.readFileSync(fd, 'utf8');
  } catch (error) {
    if (error instanceof Failure) throw error;
    // a file of /proc may have nothing to say yet
    throw new Failure(EXIT.config, `${file} cannot be read: ${messageOf(error)}`, { cause: error });
  } finally {
    fs.closeSync(fd);
  }
}

function isSearchable(folder: string): boolean {
  try {
    fs.accessSync(folder, fs.constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
