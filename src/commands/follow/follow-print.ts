import { EXIT, Failure, usageError } from '../../core/failure.ts';
import { endpointText } from '../../core/net/endpoint-text.ts';
import { shellFile } from '../../core/output/shell-word.ts';
import { formatBytes, formatNumberOf, formatSignificant } from '../../core/output/units.ts';
import type { Snapshot } from '../../core/record/table.ts';
import { segment } from '../../core/record/tables/segment.ts';
import type { StreamRow } from '../../core/record/tables/stream.ts';
import { timesOf } from '../../core/stats/handshake-times.ts';
import { PlaintextFollower } from '../../core/stream/plaintext-follower.ts';
import type { Followed, Piece } from '../../core/stream/reassembly.ts';
import { TCP, UDP } from '../../core/stream/stream-follower.ts';
import { StreamHex, StreamLines, type StreamText } from '../../core/stream/stream-text.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import { addressA, addressB } from '../../core/wire/flow-text.ts';
import { canReadAgain } from '../../platform/files/capture-source.ts';
import type { Context } from '../context/context.ts';
import { type FileRequest, openReadings, type Readings } from '../reading/open-capture.ts';
import { openFollower, pickStreams, readThroughFollower, survey } from './follow-reading.ts';
import type { FollowRequest, StreamFormat } from './follow-request.ts';
import { isShown, noStream } from './follow-selection.ts';
import { whyInPart, whyNothing } from './say-encrypted.ts';
import type { PrintedPiece } from './stream-printer.ts';

/** One stream, as readable text or as it was sent. */
export async function* printStream(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
): AsyncGenerator<Snapshot> {
  const { number, transport } = await chosen(context, readings, asked);
  const text = textOf(asked.format);
  let rows: PrintedPiece[] = [];
  let followed: Flow | null = null;
  let pieces = 0;
  const wants = (flow: Flow): boolean => {
    if (flow.stream !== number || flow.transport !== transport) return false;
    if (followed === null) {
      followed = flow;
      context.say(titleOf(flow));
      if (readings.secrets !== null && !asked.isInsideTls) context.say(AS_SENT);
    }
    return true;
  };
  const follower = openFollower(asked, wants, (_flow, piece) => {
    if (!isShown(asked, piece)) return;
    pieces++;
    rows.push(printedPiece(piece, text));
  });
  const taken = (): Snapshot => {
    const batch = rows;
    rows = [];
    return [{ table: segment, rows: batch }];
  };
  let table: FlowTable | null = null;
  for await (const flows of readThroughFollower(context, readings, follower, false)) {
    table = flows;
    yield taken();
  }
  if (followed === null && context.signal.aborted) return;
  if (followed === null) {
    const met = table?.flows.find((flow) => flow.transport === transport && flow.stream === number);
    if (met === undefined || !asked.isInsideTls) throw noStream(number, transport, table?.count(transport) ?? 0);
    followed = met;
  }
  if (follower instanceof PlaintextFollower) requirePlaintext(context, readings, follower, followed);
  const end = text?.end() ?? '';
  if (end !== '') rows.push({ dir: 'a', printed: end });
  yield taken();
  context.say(footerOf(followed, follower.sidesOf(followed), pieces));
}

const AS_SENT = 'as it was sent: with --tls, --keylog decrypts what is inside';

/** Says what of the stream stays encrypted. Throws Failure 66 when nothing of it was decrypted. */
function requirePlaintext(context: Context, { secrets }: Readings, plaintext: PlaintextFollower, flow: Flow): void {
  const nothing = whyNothing(plaintext, flow);
  if (nothing !== null && !context.signal.aborted) {
    throw new Failure(EXIT.noInput, nothing, { hint: secrets === null ? '--keylog FILE tells secrets' : null });
  }
  const part = nothing ?? whyInPart(plaintext, flow);
  if (part !== null) context.warn(part);
}

/** What turns it into text; null for bytes as they were sent. */
export function textOf(format: StreamFormat): StreamText | null {
  return format === 'text' ? new StreamLines() : format === 'hex' ? new StreamHex() : null;
}

export function printedPiece(piece: Piece, text: StreamText | null): PrintedPiece {
  const dir = piece.direction === 0 ? 'a' : 'b';
  return { dir, printed: text === null ? piece.bytes.slice(piece.start, piece.end) : text.add(piece) };
}

/**
 * Opens the capture for this: twice if a filter has to look at every stream first. Rejects with a Failure 64 where that
 * is impossible, and as openReadings does.
 */
export async function openForPrinting(context: Context, file: FileRequest, asked: FollowRequest): Promise<Readings> {
  if (isNumbered(asked)) return openReadings(context, file, 1);
  if (await canReadAgain(file.file)) return openReadings(context, file, 2);
  throw usageError('a filter looks at every stream first, and a pipe cannot be read twice', {
    hint: 'netwatch follow -r - --stream N, or --as ndjson',
  });
}

/** Whether the number alone identifies the stream. */
const isNumbered = ({ stream, isFiltered }: FollowRequest): boolean => stream !== null && !isFiltered;

/** The one stream that is meant. Throws Failure 64 when a filter picks none or several. */
async function chosen(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
): Promise<{ readonly number: number; readonly transport: number }> {
  if (isNumbered(asked)) return { number: asked.stream!, transport: asked.protocols.has('udp') ? UDP : TCP };
  const { file } = readings;
  let one: StreamRow | undefined;
  let count = 0;
  for (const row of pickStreams((await survey(context, readings, asked, false)).rows, asked.pick)) {
    one ??= row;
    count++;
  }
  if (one === undefined)
    throw new Failure(EXIT.noInput, 'no stream passes the filter', {
      hint: `netwatch follow -r ${shellFile(file)} --list`,
    });
  if (count > 1) {
    throw usageError(`${formatNumberOf(count, 'stream')} pass the filter, but only one can be printed`, {
      hint: `netwatch follow -r ${shellFile(file)} --list -f ..., then --stream N`,
    });
  }
  return { number: one.stream, transport: one.proto === 'tcp' ? TCP : UDP };
}

/** The line that says whose stream it is. */
export function titleOf(flow: Flow): string {
  const name = flow.transport === TCP ? 'TCP' : 'UDP';
  return `${name} stream ${flow.stream}: A ${endpointText(addressA(flow), flow.aPort)} ↔ B ${endpointText(addressB(flow), flow.bPort)}`;
}

/** The line that says how long the stream was. */
export function footerOf(flow: Flow, [a, b]: readonly [Followed, Followed], pieces: number): string {
  const { total } = timesOf(flow.tcp);
  const missing = a.missing + b.missing;
  const held = a.heldBytes + b.heldBytes;
  return [
    `${formatNumberOf(flow.aPackets + flow.bPackets, 'packet')}, ${formatNumberOf(pieces, 'segment')}`,
    `A→B ${formatBytes(a.bytes)}`,
    `B→A ${formatBytes(b.bytes)}`,
    ...(total === null ? [] : [`handshake ${formatSignificant(total)} ms`]),
    ...(missing === 0
      ? []
      : [`${formatNumberOf(missing, 'byte')} missing in ${formatNumberOf(a.gaps + b.gaps, 'gap')}`]),
    ...(held === 0 ? [] : [`${formatNumberOf(held, 'byte')} behind a gap left out`]),
  ].join(' │ ');
}
