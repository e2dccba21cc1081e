import type { ByteSource } from '../core/capture/byte-source.ts';
import type { CaptureReader } from '../core/capture/capture-reader.ts';
import { onlyInterface } from '../core/capture/one-interface.ts';
import { openCaptureReader } from '../core/capture/open-capture-reader.ts';
import type { FlowTable } from '../core/wire/flow-table.ts';
import { openCaptureSource } from '../platform/capture-source.ts';
import type { Gap } from './command.ts';
import type { Context } from './context.ts';
import { withProgress } from './progress.ts';

/** How a capture is read. */
export interface ReadOptions {
  /** Only what this interface captured, as onlyInterface has it; null for all. */
  readonly interface: string | null;
  readonly quiet: boolean;
}

/**
 * The capture in a file, or on stdin for `-`. `showsRows` says that rows are printed while it is read. Rejects with a
 * Failure 65, 66, 74 or 77.
 */
export async function openCapture(
  context: Context,
  file: string,
  options: ReadOptions,
  showsRows: boolean,
): Promise<CaptureReader> {
  const source = await openCaptureSource(file, context.signal);
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
    throw error;
  }
}

/** Says that a file was not read to its end; of a pipe, which may have none, an interrupt is the end. */
export function sayInterrupted(context: Context, file: string): void {
  if (context.signal.aborted && file !== '-') context.say(`interrupted: ${file} was not read to its end`);
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
  for (const problem of problems) context.say(`${file === '-' ? 'stdin' : file}: ${problem}`);
}
