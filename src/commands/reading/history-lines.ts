import fs from 'node:fs';
import type { ByteSource } from '../../core/capture/byte-source.ts';
import { EXIT, Failure, reasonOf } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { rotatedName } from '../../platform/files/append-file.ts';
import { OPENED, openCaptureSource, sourceOf } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import { shedPrivileges } from './shed-privileges.ts';

/** A record takes 2 KiB; a longer line than this is not a record, and is not parsed. */
const LONGEST_LINE = 1024 * 1024;
/** The number of bytes read at once. */
const CHUNK = 64 * 1024;

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

/** How a history is called in messages. */
export const nameOfHistory = (file: string): string => (file === '-' ? 'stdin' : file);

/** From the year 10000 on, times do not sort as texts, and nobody has written one. */
const FIRST_TIME_TOO_LATE = Date.UTC(10_000, 0);

/** Whether a record may be of that time: one since 1970. */
export function isTimeOfRecord(text: string): boolean {
  const at = Date.parse(text);
  return at >= 0 && at < FIRST_TIME_TOO_LATE;
}

/** What a line holds: a record that was taken, one that this version does not know, or none. */
export type Taken = 'taken' | 'later' | 'none';

/** A part of a history that is open. */
interface Part {
  readonly name: string;
  readonly source: ByteSource;
}

/**
 * Reads a history that `--append` made, out of a file together with FILE.1 (or FILE.1.gz), the file before it, or out of
 * stdin (`-`); gzip and Zstandard are recognised. `take` gets the value of each line. Lines that hold no record, and records
 * of a later version, are reported and skipped, and so is the lost end of what was compressed. Resolves to the number of
 * records that were taken. Gives up the privileges of this process when the files are open. Rejects with a Failure 66 when
 * there is no such file, 65 when it cannot be decompressed, or with Interrupted.
 */
export async function readHistory(context: Context, file: string, take: (value: unknown) => Taken): Promise<number> {
  const parts = await openParts(context, file);
  let records = 0;
  try {
    await shedPrivileges(context);
    for (const { name, source } of parts) {
      const lines = await readLines(source, take, context.signal);
      records += lines.records;
      if (lines.broken > 0) context.say(`${name}: skipped ${formatNumberOf(lines.broken, 'line')} without a record`);
      if (lines.later > 0)
        context.say(`${name}: skipped ${formatNumberOf(lines.later, 'record')} of another kind, or of a later version`);
      if (source.isCutShort?.() === true) context.say(`${name} is cut short: what packs it ends early`);
      else if (lines.isTorn) context.say(`${name}: the last line is cut short, so it was skipped`);
    }
  } finally {
    for (const { source } of parts) await source.close();
  }
  return records;
}

/** In the order in which they were written. */
async function openParts({ clock, signal }: Context, file: string): Promise<readonly Part[]> {
  if (file === '-') return [{ name: nameOfHistory(file), source: await openCaptureSource(file, clock, signal) }];
  const part = async (fd: number, name: string): Promise<Part> => ({
    name,
    source: await sourceOf(fd, name, clock, signal),
  });
  const current = openIfThere(file);
  for (const name of [rotatedName(file), `${rotatedName(file)}.gz`]) {
    const before = openIfThere(name);
    if (before === null) continue;
    // the file may have been turned away, and none been begun since
    if (current === null) return [await part(before, name)];
    if (fs.fstatSync(before).ino !== fs.fstatSync(current).ino)
      return [await part(before, name), await part(current, file)];
    // it has been turned away since it was opened: both are the same
    fs.closeSync(before);
    break;
  }
  return [await part(current ?? open(file), file)];
}

function open(file: string): number {
  let what: string;
  try {
    const fd = fs.openSync(file, OPENED);
    const stat = fs.fstatSync(fd);
    if (stat.isFile() || stat.isFIFO()) return fd;
    fs.closeSync(fd);
    what = stat.isDirectory() ? 'a folder' : 'a device';
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new Failure(
      isMissing ? EXIT.noInput : code === 'EACCES' ? EXIT.noPermission : EXIT.io,
      `${file}: ${reasonOf(error)}`,
    );
  }
  throw new Failure(EXIT.noInput, `${file} is ${what}, not a file`);
}

/** Null for what is not there; a part that may not be read must not be missing from a sum. */
function openIfThere(file: string): number | null {
  try {
    return open(file);
  } catch (error) {
    if (error instanceof Failure && error.exit === EXIT.noInput) return null;
    throw error;
  }
}

async function readLines(source: ByteSource, take: (value: unknown) => Taken, signal: AbortSignal): Promise<Lines> {
  const lines: Lines = { records: 0, broken: 0, later: 0, isTorn: false };
  for await (const { text, isWhole } of linesOf(source)) {
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
  // a source that is interrupted ends
  if (signal.aborted) throw new Interrupted();
  return lines;
}

/** The lines of a source, null for one that is too long; the last may lack its line feed. */
async function* linesOf(
  source: ByteSource,
): AsyncGenerator<{ readonly text: string | null; readonly isWhole: boolean }> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(CHUNK);
  let pending = '';
  let isTooLong = false;
  for (;;) {
    const length = await source.read(chunk, 0, CHUNK);
    if (length === 0) break;
    const pieces = (pending + decoder.decode(chunk.subarray(0, length), { stream: true })).split('\n');
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
