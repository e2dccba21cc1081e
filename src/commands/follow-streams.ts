import { EXIT } from '../core/failure.ts';
import { formatNumberOf } from '../core/output/units.ts';
import { type Snapshot, section } from '../core/record/table.ts';
import { stream } from '../core/record/tables/stream.ts';
import { createOutputFile } from '../platform/capture-output.ts';
import { canReadAgain } from '../platform/capture-source.ts';
import type { Context } from './context.ts';
import type { FollowMode, FollowValues } from './follow.ts';
import { printed } from './follow-print.ts';
import { survey } from './follow-reading.ts';
import { recordsOfFile, recordsOfPipe } from './follow-records.ts';
import { compilePick } from './follow-selection.ts';
import type { PrintedPiece } from './stream-printer.ts';

/** The streams of a capture, as the options want them. */
export async function* followStreams(
  context: Context,
  file: string,
  values: FollowValues,
  mode: FollowMode,
): AsyncGenerator<Snapshot> {
  const pick = compilePick(values);
  if (mode === 'list') yield [section(stream, (await survey(context, file, values)).rows.filter(pick))];
  else if (mode === 'print') yield* printed(context, file, values, pick);
  else if (await canReadAgain(file)) yield* recordsOfFile(context, file, values, pick);
  else yield* recordsOfPipe(context, file, values, pick);
}

/** Writes the one stream that is meant to a file; when that fails there is none. */
export async function writeStream(context: Context, file: string, values: FollowValues, name: string): Promise<number> {
  const output = await createOutputFile(name, values.force);
  let written = 0;
  try {
    for await (const snapshot of printed(context, file, values, compilePick(values))) {
      for (const { rows } of snapshot) {
        for (const row of rows) {
          const { printed: piece } = row as PrintedPiece;
          const bytes = typeof piece === 'string' ? Buffer.from(piece) : piece;
          written += bytes.length;
          await output.write(bytes);
        }
      }
    }
    await output.finish();
  } catch (error) {
    await output.abandon();
    throw error;
  }
  if (!values.quiet) context.say(`wrote ${formatNumberOf(written, 'byte')} to ${name}`);
  return EXIT.ok;
}
