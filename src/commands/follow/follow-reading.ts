import { replay } from '../../core/packet/replay.ts';
import type { StreamRow } from '../../core/record/tables/stream.ts';
import type { StreamFollower } from '../../core/stream/stream-follower.ts';
import { StreamSurvey } from '../../core/stream/stream-survey.ts';
import { tightenHeap } from '../../core/tight-heap.ts';
import { HEADER_REGISTRY, REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { FlowTable } from '../../core/wire/flow-table.ts';
import { Packet } from '../../core/wire/packet.ts';
import type { Context } from '../context/context.ts';
import { type Readings, sayProblems } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { FollowValues } from './follow.ts';
import { flowsMeant } from './follow-selection.ts';

/** Out-of-order bytes that wait for those before them. */
const MOST_EARLY_BYTES = 16 * 1024 * 1024;

export const earlyBytes = (values: FollowValues): number => values['max-bytes'] ?? MOST_EARLY_BYTES;

/** Reads the capture to its end, or until interrupted; says what was wrong with it. */
export async function readThrough(
  context: Context,
  readings: Readings,
  values: FollowValues,
  dissector: Dissector,
  ingest: (packet: Packet) => void,
  complains: boolean,
): Promise<void> {
  const reader = await readings.next(values, false);
  try {
    await replay(reader, dissector, ingest, context.signal);
  } finally {
    await reader.close();
    if (complains) sayProblems(context, readings.file, reader);
  }
}

/** The streams of the capture that may be meant, as records made as they are read, and the numbers of all there are. */
interface Surveyed {
  readonly rows: Iterable<StreamRow>;
  readonly flows: FlowTable;
}

export async function survey(
  context: Context,
  readings: Readings,
  values: FollowValues,
  complains = true,
): Promise<Surveyed> {
  const dissector = new Dissector(REGISTRY);
  const all = new StreamSurvey(earlyBytes(values), flowsMeant(values));
  await readThrough(context, readings, values, dissector, (packet) => all.ingest(packet), complains);
  const { faults, flows } = dissector;
  faults.attempt(() => all.end());
  const rows = function* (): Iterable<StreamRow> {
    try {
      yield* faults.rows(() => all.rows(flows.flows));
    } finally {
      sayFaults(context, faults, values);
    }
  };
  return { rows: rows(), flows };
}

/** Reads the capture through `follower`; yields the flows met so far after each piece of the file, and when it is over. */
export async function* readThroughFollower(
  context: Context,
  readings: Readings,
  values: FollowValues,
  follower: StreamFollower,
): AsyncGenerator<FlowTable> {
  const reader = await readings.next(values, true);
  const dissector = new Dissector(HEADER_REGISTRY);
  const { faults } = dissector;
  const ingest = (packet: Packet): void => follower.ingest(packet);
  const packet = new Packet();
  try {
    while (!context.signal.aborted && (await reader.fill())) {
      while (reader.next(packet)) {
        dissector.dissect(packet);
        faults.take(packet, ingest);
      }
      tightenHeap(dissector.flows.flows.length);
      yield dissector.flows;
    }
  } finally {
    await reader.close();
    sayProblems(context, readings.file, reader);
  }
  faults.attempt(() => follower.end());
  yield dissector.flows;
  sayFaults(context, faults, values);
}

/** Those that pass. */
export function* picked(rows: Iterable<StreamRow>, pick: (row: StreamRow) => boolean): Iterable<StreamRow> {
  for (const row of rows) if (pick(row)) yield row;
}
