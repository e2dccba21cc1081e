import { PacketFeed, type PacketListener } from '../../core/packet/packet-feed.ts';
import type { StreamRow } from '../../core/record/tables/stream.ts';
import { PlaintextFollower } from '../../core/stream/plaintext-follower.ts';
import type { Piece } from '../../core/stream/reassembly.ts';
import { type Follower, StreamFollower } from '../../core/stream/stream-follower.ts';
import { StreamSurvey } from '../../core/stream/stream-survey.ts';
import { HEADER_REGISTRY, REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Flow } from '../../core/wire/flow.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import type { Context } from '../context/context.ts';
import { type Readings, sayProblems } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { FollowRequest } from './follow-request.ts';
import { flowsMeant } from './follow-selection.ts';

/** Reads the capture to its end, or until interrupted; with `complains` it says what was wrong with the capture. */
export async function readThrough(
  context: Context,
  readings: Readings,
  dissector: Dissector,
  listeners: readonly PacketListener[],
  complains: boolean,
): Promise<void> {
  const reader = await readings.next(false);
  const feed = new PacketFeed(reader, dissector);
  for (const listener of listeners) feed.listen(listener);
  try {
    await feed.run(context.signal);
  } finally {
    await reader.close();
    if (complains) sayProblems(context, readings.file, reader);
  }
}

/** The streams of the capture that may be wanted, as records made on demand, and the numbers of all streams. */
interface Surveyed {
  readonly rows: Iterable<StreamRow>;
  readonly flows: FlowTable;
  /** What was inside TLS, when that is asked for. */
  readonly plaintext: PlaintextFollower | null;
}

export async function survey(
  context: Context,
  readings: Readings,
  asked: FollowRequest,
  complains = true,
): Promise<Surveyed> {
  const wants = flowsMeant(asked);
  const plaintext = asked.isInsideTls ? new PlaintextFollower(wants, null) : null;
  const dissector = new Dissector(REGISTRY, { secrets: readings.secrets, plaintext });
  const all = new StreamSurvey(asked.mostEarlyBytes, wants, plaintext ?? undefined);
  await readThrough(context, readings, dissector, [(packet) => all.ingest(packet)], complains);
  const { faults, flows } = dissector;
  faults.attempt(() => all.end());
  const rows = function* (): Iterable<StreamRow> {
    try {
      yield* faults.rows(() => all.rows(flows.flows));
    } finally {
      sayFaults(context, faults);
    }
  };
  return { rows: rows(), flows, plaintext };
}

/** Follows what was asked for: what was sent, or what was inside TLS. */
export function openFollower(
  { mostEarlyBytes, isInsideTls }: FollowRequest,
  wants: (flow: Flow) => boolean,
  deliver: (flow: Flow, piece: Piece) => void,
): Follower {
  return isInsideTls ? new PlaintextFollower(wants, deliver) : new StreamFollower(mostEarlyBytes, wants, deliver);
}

/**
 * Reads the capture through `follower`; yields the flows met so far after each piece of the file, and when it is over. What was
 * sent is followed without `analyses` of segments where nobody asks for them.
 */
export async function* readThroughFollower(
  context: Context,
  readings: Readings,
  follower: Follower,
  analyses = true,
): AsyncGenerator<FlowTable> {
  const reader = await readings.next(true);
  const dissector =
    follower instanceof PlaintextFollower
      ? new Dissector(REGISTRY, { secrets: readings.secrets, plaintext: follower })
      : new Dissector(HEADER_REGISTRY, { analyses });
  const { faults, flows } = dissector;
  const feed = new PacketFeed(reader, dissector);
  feed.listen((packet) => follower.ingest(packet));
  try {
    for await (const _ of feed.pieces(context.signal)) yield flows;
  } finally {
    await reader.close();
    sayProblems(context, readings.file, reader);
  }
  faults.attempt(() => follower.end());
  yield flows;
  sayFaults(context, faults);
}

/** The rows that pass. */
export function* pickStreams(rows: Iterable<StreamRow>, pick: (row: StreamRow) => boolean): Iterable<StreamRow> {
  for (const row of rows) if (pick(row)) yield row;
}
