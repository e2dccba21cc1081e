import fs from 'node:fs';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { rotatedName } from '../../platform/files/append-file.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import { shedPrivileges } from './shed-privileges.ts';

/** A record takes 2 KiB; a longer line than this is not a record, and is not parsed. */
const LONGEST_LINE = 1024 * 1024;

/** What could be read of a history. */
interface Lines {
  records: number;
  /** The number of lines that hold no record, except the last. */
  broken: number;
  /** The number of records that only a later version knows. */
  later: number;
  /** Whether the last line ends without a line feed: its writer was interrupted. */
  isTorn: boolean;
}

/** What a line holds: a record that was taken, one that this version does not know, or none. */
export type Taken = 'taken' | 'later' | 'none';

/**
 * Reads a history that `--append` made, together with FILE.1, the file before it. `take` gets the value of each line.
 * Lines that hold no record, and records of a later version, are reported and skipped. Resolves to the number of
 * records that were taken. Gives up the privileges of this process when the files are open. Rejects with a Failure 66
 * when there is no such file, or with Interrupted.
 */
export async function readHistory(context: Context, file: string, take: (value: unknown) => Taken): Promise<number> {
  const current = open(file);
  const before = openIfThere(rotatedName(file));
  // it may just have been turned away: then both are the same
  const isSame = before !== null && fs.fstatSync(before).ino === fs.fstatSync(current).ino;
  await shedPrivileges(context);
  let records = 0;
  for (const [fd, name] of [
    [isSame ? null : before, rotatedName(file)],
    [current, file],
  ] as const) {
    if (fd === null) continue;
    const lines = await readLines(fd, name, take, context.signal);
    records += lines.records;
    if (lines.broken > 0) context.say(`${name}: skipped ${formatNumberOf(lines.broken, 'line')} without a record`);
    if (lines.later > 0)
      context.say(`${name}: skipped ${formatNumberOf(lines.later, 'record')} of another kind, or of a later version`);
    if (lines.isTorn) context.say(`${name}: the last line is cut short, so it was skipped`);
  }
  if (isSame) fs.closeSync(before);
  return records;
}

function open(file: string): number {
  try {
    const fd = fs.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    if (fs.fstatSync(fd).isFile()) return fd;
    fs.closeSync(fd);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new Failure(
      isMissing ? EXIT.noInput : code === 'EACCES' ? EXIT.noPermission : EXIT.io,
      `${file}: ${reasonOf(error)}`,
    );
  }
  throw new Failure(EXIT.noInput, `${file} is a folder, a device or a pipe, not a file`);
}

function openIfThere(file: string): number | null {
  try {
    return open(file);
  } catch {
    return null;
  }
}

async function readLines(
  fd: number,
  name: string,
  take: (value: unknown) => Taken,
  signal: AbortSignal,
): Promise<Lines> {
  const lines: Lines = { records: 0, broken: 0, later: 0, isTorn: false };
  for await (const { text, isWhole } of linesOf(fd, name)) {
    // a sum of a part would be a wrong one
    if (signal.aborted) throw new Interrupted();
    if (text === '') continue;
    // a last line without its line feed may be whole all the same
    const taken = text === null ? 'none' : takeLine(text, take);
    if (taken === 'taken') lines.records++;
    else if (taken === 'later') lines.later++;
    else if (isWhole) lines.broken++;
    else lines.isTorn = true;
  }
  return lines;
}

/** The lines of a file, null for one that is too long; the last may lack its line feed. Closes the file. */
async function* linesOf(
  fd: number,
  name: string,
): AsyncGenerator<{ readonly text: string | null; readonly isWhole: boolean }> {
  let pending = '';
  let isTooLong = false;
  try {
    for await (const chunk of fs.createReadStream(name, { fd, start: 0, encoding: 'utf8' })) {
      const pieces = (pending + chunk).split('\n');
      pending = pieces.pop()!;
      for (const text of pieces) {
        yield { text: isTooLong ? null : text, isWhole: true };
        isTooLong = false;
      }
      if (pending.length > LONGEST_LINE) {
        isTooLong = true;
        pending = '';
      }
    }
  } catch (error) {
    throw new Failure(EXIT.io, `${name} cannot be read: ${reasonOf(error)}`, { cause: error });
  }
  if (pending !== '' || isTooLong) yield { text: isTooLong ? null : pending, isWhole: false };
}

function takeLine(line: string, take: (value: unknown) => Taken): Taken {
  if (line.length > LONGEST_LINE) return 'none';
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'none';
  }
  return take(value);
}
