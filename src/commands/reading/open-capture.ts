import type { ByteSource } from '../../core/capture/byte-source.ts';
import type { CaptureReader } from '../../core/capture/capture-reader.ts';
import { onlyInterface } from '../../core/capture/one-interface.ts';
import { openCaptureReader } from '../../core/capture/open-capture-reader.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import { openCaptureSource } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import type { Gap } from '../listing/command.ts';
import { withProgress } from './progress.ts';
import { type ReadingValues, shedPrivileges } from './shed-privileges.ts';

/** How a capture is read. */
export interface ReadOptions extends ReadingValues {
  /** Only what this interface captured, as onlyInterface has it; null for all. */
  readonly interface: string | null;
}

/**
 * The capture in a file, or on stdin for `-`. `showsRows` says that rows are printed while it is read. Gives up the
 * privileges of this process once it is open. Rejects with a Failure 65, 66, 74 or 77, or as Interrupted.
 */
export async function openCapture(
  context: Context,
  file: string,
  options: ReadOptions,
  showsRows: boolean,
): Promise<CaptureReader> {
  const source = await openCaptureSource(file, context.signal);
  await shedPrivileges(context, options);
  return openReader(context, source, options, showsRows);
}

/** The same of bytes that are open already; they are closed when they are no capture. */
export async function openReader(
  context: Context,
  opened: ByteSource,
  { interface: iface, quiet }: ReadOptions,
  showsRows: boolean,
): Promise<CaptureReader> {
  const source = withProgress(context, opened, { quiet, showsRows });
  try {
    const reader = await openCaptureReader(source);
    return iface === null ? reader : onlyInterface(reader, iface);
  } catch (error) {
    await source.close();
    // what did not come is no fault of it
    throw context.signal.aborted ? new Interrupted() : error;
  }
}

/** A capture that is read once, or twice where it is a file. */
export interface Readings {
  readonly file: string;
  /** Opens the next of them. Rejects as openCapture does. */
  next(options: ReadOptions, showsRows: boolean): Promise<CaptureReader>;
  close(): Promise<void>;
}

/**
 * Opens a capture as often as it will be read, then gives up the privileges of this process, with which it could not be
 * opened again. Rejects as openCapture does.
 */
export async function openReadings(
  context: Context,
  file: string,
  times: 1 | 2,
  values: ReadingValues,
): Promise<Readings> {
  const sources: ByteSource[] = [];
  for (let n = 0; n < times; n++) sources.push(await openCaptureSource(file, context.signal));
  await shedPrivileges(context, values);
  return {
    file,
    async next(options, showsRows) {
      const source = sources.shift();
      if (source === undefined) throw new Error(`${file} is read more often than it was opened`);
      return openReader(context, source, options, showsRows);
    },
    async close() {
      for (const source of sources.splice(0)) await source.close();
    },
  };
}

/** Says that a file was not read to its end; of a pipe, which may have none, an interrupt is the end. */
export function sayInterrupted(context: Context, file: string): void {
  if (context.signal.aborted && file !== '-') context.warn(`interrupted: ${file} was not read to its end`);
}

/** That there were more conversations than are remembered. */
export function forgottenOf({ forgotten }: FlowTable): readonly Gap[] {
  if (forgotten === 0) return [];
  return [
    { what: 'conversation', iface: null, dropped: forgotten, reason: 'there were too many at once', fate: 'forgotten' },
  ];
}

/** Says what was wrong with a capture. One that was interrupted seems to end too early, which is no fault of it. */
export function sayProblems(context: Context, file: string, { problems }: CaptureReader): void {
  if (context.signal.aborted) return;
  for (const problem of problems) context.warn(`${file === '-' ? 'stdin' : file}: ${problem}`);
}
