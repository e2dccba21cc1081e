import { EXIT } from '../core/failure.ts';
import { formatNumberOf } from '../core/output/units.ts';
import { type Snapshot, section } from '../core/record/table.ts';
import { type StreamRow, stream } from '../core/record/tables/stream.ts';
import { canReadAgain } from '../platform/capture-source.ts';
import { openCaptureFiles } from './capture-files.ts';
import type { Context } from './context.ts';
import type { FollowMode, FollowValues } from './follow.ts';
import { followLive } from './follow-live.ts';
import { printed } from './follow-print.ts';
import { picked, survey } from './follow-reading.ts';
import { type FollowRequest, recordsOfFile, recordsOfPipe } from './follow-records.ts';
import { compilePick } from './follow-selection.ts';
import { forgottenOf } from './open-capture.ts';
import { refuseLive } from './packet-source.ts';
import type { PrintedPiece } from './stream-printer.ts';

/** The streams of a capture or of the machine, as the options want them. */
export async function* followStreams(
  context: Context,
  values: FollowValues,
  mode: FollowMode,
  request: FollowRequest,
): AsyncGenerator<Snapshot> {
  const { pick, fields } = compilePick(values);
  const file = values.read;
  if (file === null) {
    const asksOwners = OWNER_FIELDS.some(
      (field) => fields.has(field) || (mode !== 'print' && request.wanted.has(field)),
    );
    yield* followLive(context, values, mode, asksOwners, pick);
    return;
  }
  refuseLive(values);
  if (mode === 'list') yield* listed(context, file, values, pick, request);
  else if (mode === 'print') yield* printed(context, file, values, pick);
  else if (await canReadAgain(file)) yield* recordsOfFile(context, file, values, pick, request);
  else yield* recordsOfPipe(context, file, values, pick, request);
}

async function* listed(
  context: Context,
  file: string,
  values: FollowValues,
  pick: (row: StreamRow) => boolean,
  { missed }: FollowRequest,
): AsyncGenerator<Snapshot> {
  const { rows, flows } = await survey(context, file, values);
  yield [section(stream, picked(rows, pick))];
  for (const gap of forgottenOf(flows)) await missed(gap);
}

const NOBODY: FollowRequest = { wanted: new Set(), missed: () => Promise.resolve() };

/** What only the sockets of the machine tell. */
const OWNER_FIELDS = ['pid', 'process'];

/** Writes the one stream that is meant to a file; when that fails there is none. */
export async function writeStream(context: Context, values: FollowValues, name: string): Promise<number> {
  const files = openCaptureFiles(context, { ...values, write: name }, false);
  const output = await files.createHere(name, values.force);
  let written = 0;
  try {
    for await (const snapshot of followStreams(context, values, 'print', NOBODY)) {
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
  } finally {
    files.close();
  }
  if (!values.quiet) context.say(`wrote ${formatNumberOf(written, 'byte')} to ${name}`);
  return EXIT.ok;
}
