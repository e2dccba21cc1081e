import { formatTimestamp } from '../../core/capture/timestamp.ts';
import type { Gap } from '../../core/gap.ts';
import type { PacketListener } from '../../core/packet/packet-feed.ts';
import { sizeOf } from '../../core/record/gathered-rows.ts';
import { type AnyRow, type Section, type Snapshot, section } from '../../core/record/table.ts';
import { type SegmentRow, segment } from '../../core/record/tables/segment.ts';
import { type StreamRow, stream } from '../../core/record/tables/stream.ts';
import { HeldStreams } from '../../core/stream/held-streams.ts';
import { PlaintextFollower } from '../../core/stream/plaintext-follower.ts';
import type { Piece } from '../../core/stream/reassembly.ts';
import { TCP, UDP } from '../../core/stream/stream-follower.ts';
import { StreamSurvey } from '../../core/stream/stream-survey.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { ByFlow } from '../../core/wire/by-flow.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { forgottenOf, type Readings } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';
import { openFollower, pickStreams, readThrough, readThroughFollower, survey } from './follow-reading.ts';
import type { FollowRequest } from './follow-request.ts';
import { flowsMeant, isShown, keyOf, protoOf, requireStream } from './follow-selection.ts';
import { sayEncrypted } from './say-encrypted.ts';

/** Reports what is missing before the next records. */
export type ReportGap = Request['reportGap'];

/** Reads in two passes: the records of the streams are known when their segments come. */
export async function* recordsOfFile(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
  reportGap: ReportGap,
): AsyncGenerator<Snapshot> {
  const { wanted, gaps } = await chosenStreams(context, readings, asked);
  const begun = new ByFlow<boolean>(({ isForgotten }) => isForgotten);
  let sections: { table: Section['table']; rows: AnyRow[] }[] = [];
  const add = (table: Section['table'], row: AnyRow): void => {
    const last = sections.at(-1);
    if (last?.table === table) last.rows.push(row);
    else sections.push({ table, rows: [row] });
  };
  const begins = (flow: Flow): boolean => {
    const known = begun.get(flow);
    if (known !== undefined) return known;
    const key = flow.transport === TCP || flow.transport === UDP ? keyOf(protoOf(flow), flow.stream) : '';
    const row = wanted.get(key);
    wanted.delete(key);
    begun.set(flow, row !== undefined);
    if (row !== undefined) add(stream, row);
    return row !== undefined;
  };
  const follower = openFollower(asked, begins, (flow, piece) => {
    if (isShown(asked, piece)) add(segment, segmentOf(flow, piece));
  });
  const taken = (): Snapshot => {
    const batch = sections;
    sections = [];
    return batch;
  };
  for await (const _ of readThroughFollower(context, readings, follower)) yield taken();
  yield taken();
  yield [section(stream, wanted.values())];
  for (const gap of gaps) await reportGap(gap);
}

/**
 * The records of the wanted streams, by their keys, after a first pass over the capture; when there are more than
 * memory should hold, the first ones.
 */
async function chosenStreams(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
): Promise<{ readonly wanted: Map<string, StreamRow>; readonly gaps: readonly Gap[] }> {
  const { rows, flows, plaintext } = await survey(context, readings, asked, false);
  requireStream(context, asked, flows);
  const wanted = new Map<string, StreamRow>();
  let bytes = 0;
  let left = 0;
  for (const row of pickStreams(rows, asked.pick)) {
    if (bytes > MOST_ROW_BYTES) left++;
    else {
      wanted.set(keyOf(row.proto, row.stream), row);
      bytes += sizeOf(row);
    }
  }
  sayEncrypted(context, asked, plaintext, flows);
  const gaps = left === 0 ? [] : [{ what: 'stream', iface: null, dropped: left, reason: TOO_MANY, fate: 'left out' }];
  return { wanted, gaps: [...gaps, ...forgottenOf(flows)] };
}

/** The most bytes of stream records that are held while their segments are looked for. */
const MOST_ROW_BYTES = 32 * 1024 * 1024;
const TOO_MANY = 'keeping all of them would take too much memory; --list prints all';

/** Reads in one pass: what was said is held until the records of the streams are known. */
export async function* recordsOfPipe(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
  reportGap: ReportGap,
): AsyncGenerator<Snapshot> {
  const wants = flowsMeant(asked);
  const held = new HeldStreams<string, SegmentRow>(asked.mostSegments, asked.mostBytes);
  const follower = openFollower(asked, wants, (flow, piece) => {
    if (isShown(asked, piece)) held.add(keyOf(protoOf(flow), flow.stream), segmentOf(flow, piece));
  });
  const plaintext = follower instanceof PlaintextFollower ? follower : null;
  const dissector = new Dissector(REGISTRY, { secrets: readings.secrets, plaintext });
  const all = new StreamSurvey(asked.mostEarlyBytes, wants, plaintext ?? undefined);
  const listeners: PacketListener[] = [(packet) => all.ingest(packet), (packet) => follower.ingest(packet)];
  await readThrough(context, readings, dissector, listeners, true);
  const { faults, flows } = dissector;
  faults.attempt(() => all.end());
  faults.attempt(() => follower.end());
  requireStream(context, asked, flows);
  for (const row of pickStreams(
    faults.rows(() => all.rows(flows.flows)),
    asked.pick,
  )) {
    const key = keyOf(row.proto, row.stream);
    const truncated = row.truncated || held.isCut(key);
    yield [section(stream, [{ ...row, truncated }]), section(segment, held.of(key))];
  }
  sayEncrypted(context, asked, plaintext, flows);
  sayFaults(context, faults);
  for (const gap of forgottenOf(flows)) await reportGap(gap);
}

/** The `segment` record of a piece. */
export function segmentOf(flow: Flow, piece: Piece): SegmentRow {
  const { bytes, start, end } = piece;
  return {
    stream: flow.stream,
    packet: piece.packet,
    time: formatTimestamp(piece.seconds, piece.nanoseconds),
    dir: piece.direction === 0 ? 'a' : 'b',
    offset: piece.offset,
    length: end - start,
    data: Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('base64'),
    proto: protoOf(flow),
  };
}
