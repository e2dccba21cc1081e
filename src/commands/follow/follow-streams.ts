import { EXIT } from '../../core/failure.ts';
import { formatNumberOf } from '../../core/output/units.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import { canReadAgain } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { openCaptureFiles } from '../packets/capture-files.ts';
import { refuseLive } from '../packets/packet-source.ts';
import { refuseRawTerminal } from '../packets/raw-output.ts';
import { forgottenOf, openReadings, type Readings, sayInterrupted } from '../reading/open-capture.ts';
import type { FollowMode, FollowValues } from './follow.ts';
import { followLive } from './follow-live.ts';
import { openForPrinting, printed, textOf } from './follow-print.ts';
import { picked, survey } from './follow-reading.ts';
import { type FollowRequest, recordsOfFile, recordsOfPipe } from './follow-records.ts';
import { compilePick } from './follow-selection.ts';
import type { PrintedPiece } from './stream-printer.ts';

/** The streams of a capture or of the machine, as the options want them. */
export async function* followStreams(
  context: Context,
  values: FollowValues,
  mode: FollowMode,
  request: FollowRequest,
): AsyncGenerator<Snapshot> {
  const { pick, fields } = compilePick(values);
  if (mode === 'print' && (values.write === null || values.write === '-') && textOf(values) === null) {
    refuseRawTerminal(context, 'a stream');
  }
  const file = values.read;
  if (file === null) {
    const asksOwners = OWNER_FIELDS.some(
      (field) => fields.has(field) || (mode !== 'print' && request.wanted.has(field)),
    );
    yield* followLive(context, values, mode, asksOwners, pick);
    return;
  }
  refuseLive(values);
  const isTwice = mode === 'records' && (await canReadAgain(file));
  const readings =
    mode === 'print'
      ? await openForPrinting(context, file, values)
      : await openReadings(context, file, isTwice ? 2 : 1, values);
  try {
    if (mode === 'list') yield* listed(context, readings, values, pick, request);
    else if (mode === 'print') yield* printed(context, readings, values, pick);
    else if (isTwice) yield* recordsOfFile(context, readings, values, pick, request);
    else yield* recordsOfPipe(context, readings, values, pick, request);
  } finally {
    await readings.close();
    sayInterrupted(context, file);
  }
}

async function* listed(
  context: Context,
  readings: Readings,
  values: FollowValues,
  pick: (row: StreamRow) => boolean,
  { missed }: FollowRequest,
): AsyncGenerator<Snapshot> {
  const { rows, flows } = await survey(context, readings, values);
  let batch: StreamRow[] = [];
  for (const row of picked(rows, pick)) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield [section(stream, batch)];
    batch = [];
  }
  yield [section(stream, batch)];
  for (const gap of forgottenOf(flows)) await missed(gap);
}

/** Streams handed on at once. */
const BATCH = 1024;

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
