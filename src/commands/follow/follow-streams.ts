import { type Snapshot, section } from '../../core/record/table.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import { canReadAgain } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { forgottenOf, openReadings, type Readings, sayInterrupted } from '../reading/open-capture.ts';
import { followLive } from './follow-live.ts';
import { openForPrinting, printStream } from './follow-print.ts';
import { pickStreams, survey } from './follow-reading.ts';
import { type ReportGap, recordsOfFile, recordsOfPipe } from './follow-records.ts';
import type { FollowRequest } from './follow-request.ts';
import { sayEncrypted } from './say-encrypted.ts';

/** The requested streams of a capture or of the machine. */
export async function* followStreams(
  context: Context,
  asked: FollowRequest,
  { wanted, reportGap }: Pick<Request, 'wanted' | 'reportGap'>,
): AsyncGenerator<Snapshot> {
  const { mode, packets, pickedBy } = asked;
  if (packets.from === 'machine') {
    const asksOwners = OWNER_FIELDS.some((field) => pickedBy.has(field) || (mode !== 'print' && wanted.has(field)));
    yield* followLive(context, asked, asksOwners);
    return;
  }
  const { file } = packets;
  const isTwice = mode === 'records' && (await canReadAgain(file));
  const readings =
    mode === 'print'
      ? await openForPrinting(context, packets, asked)
      : await openReadings(context, packets, isTwice ? 2 : 1);
  try {
    if (mode === 'list') yield* listStreams(context, readings, asked, reportGap);
    else if (mode === 'print') yield* printStream(context, readings, asked);
    else if (isTwice) yield* recordsOfFile(context, readings, asked, reportGap);
    else yield* recordsOfPipe(context, readings, asked, reportGap);
  } finally {
    await readings.close();
    sayInterrupted(context, file);
  }
}

async function* listStreams(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
  reportGap: ReportGap,
): AsyncGenerator<Snapshot> {
  const { rows, flows, plaintext } = await survey(context, readings, asked);
  let batch: StreamRow[] = [];
  for (const row of pickStreams(rows, asked.pick)) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield [section(stream, batch)];
    batch = [];
  }
  yield [section(stream, batch)];
  sayEncrypted(context, asked, plaintext, flows);
  for (const gap of forgottenOf(flows)) await reportGap(gap);
}

/** The number of streams per batch. */
const BATCH = 1024;

/** Fields that only the sockets of the machine can fill in. */
const OWNER_FIELDS = ['pid', 'process'];
