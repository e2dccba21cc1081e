import { EXIT } from '../../core/failure.ts';
import type { RecordFormat } from '../../core/output/format.ts';
import type { Sink } from '../../core/output/sink.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import type { OutputFile } from '../../platform/files/capture-output.ts';
import type { Context } from '../context/context.ts';
import type { ListingCommand, ListingValues } from '../listing/command.ts';
import { runListing } from '../listing/run-listing.ts';
import type { Options } from '../options/option.ts';
import { openWholeFiles } from '../packets/capture-files.ts';

/** Where records go, and in which format. */
export interface RecordsRequest {
  readonly name: string;
  readonly force: boolean;
  readonly format: RecordFormat;
}

/**
 * Runs a listing whose records go to a new file instead of stdout; returns its exit status. When it fails there is no
 * file. Rejects with what makeOutputFile throws and as the listing does.
 */
export async function writeRecords(
  command: ListingCommand,
  context: Context,
  values: ListingValues<Options>,
  operands: readonly string[],
  { name, force, format }: RecordsRequest,
): Promise<number> {
  const files = openWholeFiles(context, { write: name, force, isLive: false, sandbox: 'on' });
  const file = await files.createHere(name, force);
  const sink = openFileSink(file);
  let status: number = EXIT.internal;
  try {
    const plain = { ...values, write: null, output: format, json: false, tsv: false, csv: false };
    const terminal = { ...context.terminal, stdoutIsTerminal: false };
    status = await runListing(command, { ...context, stdout: sink, terminal }, plain, operands);
    await file.finish();
  } catch (error) {
    await file.abandon();
    throw error;
  } finally {
    files.close();
  }
  context.say(`wrote ${formatNumberOf(sink.written(), 'byte')} to ${name}`);
  return status;
}

/** The number of characters that are collected before they are written. */
const GATHERED = 64 * 1024;

function openFileSink(file: OutputFile): Sink & { written(): number } {
  let gathered = '';
  let written = 0;
  const put = async (bytes: Uint8Array): Promise<void> => {
    written += bytes.length;
    await file.write(bytes);
  };
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(gathered);
    gathered = '';
    if (bytes.length > 0) await put(bytes);
  };
  return {
    write(text) {
      gathered += text;
      return gathered.length >= GATHERED ? flush() : undefined;
    },
    writeLines: (bytes) => flush().then(() => put(bytes)),
    writeBytes: (bytes) => flush().then(() => put(bytes)),
    flush,
    written: () => written,
  };
}
