import fs from 'node:fs';
import path from 'node:path';
import { EXIT, Failure, messageOf } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';
import { readNamedFile } from './read-named-file.ts';

/** Command output is capped: no tool we run prints more, and a tool gone wrong must not fill memory. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
const COMMAND_TIMEOUT_MS = 10_000;

/** Opens the host; `root` is null for the machine that we run on. The clock limits how long a command may take. */
export function openHost(root: string | null, clock: Clock): Host {
  const at = (file: string): string => (root === null ? file : path.join(root, file));
  const read =
    root === null
      ? (file: string): string => fs.readFileSync(file, 'utf8')
      : (file: string): string => readNamedFile(at(file), 'utf8');
  const link = (file: string): string => fs.readlinkSync(at(file));
  return {
    root,
    read,
    readIfAny: (file) => orNull(() => read(file)),
    list: (folder) => fs.readdirSync(at(folder)),
    link,
    linkIfAny: (file) => orNull(() => link(file)),
    run:
      root === null
        ? (file, args) => runCommand(file, args, clock)
        : async (file, args) => readRecorded(root, file, args),
  };
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}

async function runCommand(file: string, args: readonly string[], clock: Clock): Promise<string> {
  // loaded here because execa costs 60 ms to import and most runs start no command
  const { execa } = await import('execa');
  const child = execa(file, args, {
    maxBuffer: MAX_OUTPUT_BYTES,
    stdin: 'ignore',
    stripFinalNewline: false,
    extendEnv: false,
    // a group of its own, so that what it starts can be ended with it
    detached: true,
    // C for fixed formats, but UTF-8: under C alone ps on macOS mangles names that are not ASCII
    env: {
      PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin',
      LANG: 'C',
      LC_CTYPE: 'UTF-8',
      TZ: 'UTC',
    },
  });
  // what it has started may hold its pipe when it is gone, so its end is not what is waited for
  let cancel = (): void => {};
  const late = new Promise<never>((_, reject) => {
    cancel = clock.after(COMMAND_TIMEOUT_MS, () => reject(new Error(`no end within ${COMMAND_TIMEOUT_MS / 1000} s`)));
  });
  try {
    return (await Promise.race([child, late])).stdout;
  } catch (error) {
    endGroup(child.pid);
    child.stdout.destroy();
    child.stderr.destroy();
    child.catch(() => {});
    throw new Failure(EXIT.unavailable, `${file}: ${firstLine(messageOf(error))}`, { cause: error });
  } finally {
    cancel();
  }
}

/** Ends a process and all that it has started. */
function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // all of them are gone
  }
}

function readRecorded(root: string, file: string, args: readonly string[]): string {
  const name = [file, ...args].join(' ');
  try {
    return readNamedFile(path.join(root, 'run', name), 'utf8');
  } catch (error) {
    throw new Failure(EXIT.unavailable, `${name}: no output recorded under ${root}/run`, { cause: error });
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text;
}
