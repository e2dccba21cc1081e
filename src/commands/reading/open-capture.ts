import type { ByteSource } from '../../core/capture/byte-source.ts';
import type { CaptureReader } from '../../core/capture/capture-reader.ts';
import { onlyInterface } from '../../core/capture/one-interface.ts';
import { openCaptureReader } from '../../core/capture/open-capture-reader.ts';
import type { Gap } from '../../core/gap.ts';
import type { SandboxMode } from '../../core/system/sensor.ts';
import type { TlsSecrets } from '../../core/wire/app/tls/tls-secrets.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import { openCaptureSource } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { Interrupted } from '../context/interrupted.ts';
import { openKeyLog } from './open-key-log.ts';
import { withProgress } from './progress.ts';
import { shedPrivileges } from './shed-privileges.ts';

/** Which capture to read, and what to read of it. */
export interface FileRequest {
  /** `-` for stdin. */
  readonly file: string;
  /** Only packets captured on this interface, as onlyInterface has it; null for all. */
  readonly interface: string | null;
  /** Which privileges this process gives up. */
  readonly sandbox: SandboxMode;
  /** The key log to decrypt with; null for none. */
  readonly keylog: string | null;
}

/**
 * The capture in a file, or on stdin for `-`. `showsRows` says that rows are printed while it is read. Gives up the
 * privileges of this process once the file is open. Rejects with a Failure 65, 66, 74 or 77, or with Interrupted.
 */
export async function openCapture(
  context: Context,
  request: Omit<FileRequest, 'keylog'>,
  showsRows: boolean,
): Promise<CaptureReader> {
  const source = await openCaptureSource(request.file, context.clock, context.signal);
  await shedPrivileges(context, request.sandbox);
  return openReader(context, source, request.interface, showsRows);
}

/** The same for a source that is already open; it is closed when it is not a capture. */
export async function openReader(
  context: Context,
  opened: ByteSource,
  iface: string | null,
  showsRows: boolean,
): Promise<CaptureReader> {
  const source = withProgress(context, opened, { showsRows });
  try {
    const reader = await openCaptureReader(source);
    return iface === null ? reader : onlyInterface(reader, iface);
  } catch (error) {
    await source.close();
    // what did not come is no fault of it
    throw context.signal.aborted ? new Interrupted() : error;
  }
}

/** A capture that is read once, or twice if it is a file. */
export interface Readings {
  readonly file: string;
  /** With which each reading is decrypted; null without --keylog. */
  readonly secrets: TlsSecrets | null;
  /** Opens the next reading. Rejects as openCapture does. */
  next(showsRows: boolean): Promise<CaptureReader>;
  close(): Promise<void>;
}

/**
 * Opens a capture as often as it will be read, then gives up the privileges of this process; it could not be opened
 * again without them. Rejects as openCapture does.
 */
export async function openReadings(
  context: Context,
  { file, interface: iface, sandbox, keylog }: FileRequest,
  times: 1 | 2,
): Promise<Readings> {
  const sources: ByteSource[] = [];
  for (let n = 0; n < times; n++) sources.push(await openCaptureSource(file, context.clock, context.signal));
  const keys = keylog === null ? null : await openKeyLog(context, keylog, false);
  await shedPrivileges(context, sandbox);
  await keys?.load();
  return {
    file,
    secrets: keys?.secrets ?? null,
    async next(showsRows) {
      const source = sources.shift();
      if (source === undefined) throw new Error(`${file} is read more often than it was opened`);
      return openReader(context, source, iface, showsRows);
    },
    async close() {
      for (const source of sources.splice(0)) await source.close();
      keys?.finish();
    },
  };
}

/** Says that a file was not read to its end. A pipe may have no end, so for a pipe an interrupt is the end. */
export function sayInterrupted(context: Context, file: string): void {
  if (context.signal.aborted && file !== '-') context.warn(`interrupted: ${file} was not read to its end`);
}

/** The gap for conversations that were too many to remember. */
export function forgottenOf({ forgotten }: FlowTable): readonly Gap[] {
  if (forgotten === 0) return [];
  return [
    { what: 'conversation', iface: null, dropped: forgotten, reason: 'there were too many at once', fate: 'forgotten' },
  ];
}

/** Says what was wrong with a capture. An interrupted one seems to end too early, which is not the file's fault. */
export function sayProblems(context: Context, file: string, { problems }: CaptureReader): void {
  if (context.signal.aborted) return;
  for (const problem of problems) context.warn(`${file === '-' ? 'stdin' : file}: ${problem}`);
}
