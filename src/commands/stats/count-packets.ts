import type { Gap } from '../../core/gap.ts';
import type { Snapshot } from '../../core/record/table.ts';
import type { PacketSource } from '../../core/sample/packet-source.ts';
import { anyReads, type StatisticName } from '../../core/stats/names.ts';
import { StatisticsOfRun } from '../../core/stats/run.ts';
import type { Loss } from '../../core/stats/statistic.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import { FlowTable } from '../../core/wire/flow-table.ts';
import type { Packet } from '../../core/wire/packet.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import type { Tick } from '../listing/ticks.ts';
import { openPackets } from '../packets/open-packets.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import { forgottenOf } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** What to count. */
export interface StatsRequest {
  readonly packets: PacketRequest;
  readonly names: readonly StatisticName[];
  /** Width of a bucket of `time`. */
  readonly bucketMs: number;
  /** Whether all fields of the statistics after the first are printed. */
  readonly printsAll: boolean;
  /** Whether records are printed at every tick, and not only at the end. */
  readonly repeats: boolean;
}

/** The statistics of a capture or of the machine. Rejects as `openPackets` does. */
export async function* countPackets(
  context: Context,
  { packets, names, bucketMs, printsAll, repeats }: StatsRequest,
  request: Request,
): AsyncGenerator<Snapshot> {
  // to read the sockets of this machine costs more than to read comments of a file
  const read = packets.from === 'file' ? request.wanted : request.asked;
  const asksOwners = names.includes('processes') || read.has('pid') || read.has('process');
  const remembersOver = anyReads(names, 'flows');
  const readsEach = remembersOver || asksOwners || anyReads(names, 'flow of each packet');
  const dissector = new Dissector(REGISTRY, {
    decrypts: names.includes('tls') || names.includes('quic'),
    analyses: anyReads(names, 'analysis'),
    flows: new FlowTable({ remembersOver, keepsSynsApart: !readsEach && packets.from === 'file' }),
  });
  const showsRows = repeats && packets.from === 'file';
  const use = { dissector, showsRows, asksOwners };
  const source = await openPackets(context, packets, use);
  // of the other statistics, JSON prints all fields
  const communityIds = printsAll || request.wanted.has('community_id');
  const { lineOf } = request;
  const run = new StatisticsOfRun(names, { bucketMs, owners: source.owners, communityIds, lineOf }, dissector);
  source.feed.listen(...run.listeners);
  source.feed.listenToHeld(...run.heldListeners);
  try {
    yield* repeats ? countAgain(source, run, request) : countAll(source, run, request);
  } finally {
    sayFaults(context, dissector.faults, source.file);
    await source.finish();
  }
}

/** The statistics of all packets, in parts when the first statistic has more records than memory should hold. */
async function* countAll(
  { feed, file, signal }: PacketSource,
  run: StatisticsOfRun,
  { reportGap }: Request,
): AsyncGenerator<Snapshot> {
  for await (const _ of feed.pieces(signal)) {
    const first = run.first();
    if (first.length > 0) yield first;
  }
  yield run.sections(feed.reader, file);
  for (const gap of lossesIn(run)) await reportGap(gap);
}

/**
 * The statistics at every tick except the first, which is the start. When a pipe ends, the ticks end, and the last
 * snapshot covers all of it.
 */
async function* countAgain(
  source: PacketSource,
  run: StatisticsOfRun,
  { ticks, endTicks, reportGap }: Request,
): AsyncGenerator<Snapshot> {
  const { feed, file } = source;
  const enough = new AbortController();
  const timeOf = file === null ? ({ at }: Tick) => at / 1000 : openCaptureTime(feed.packet);
  let isOver = false;
  let error: unknown = null;
  const packets = feed
    .run(AbortSignal.any([source.signal, enough.signal]))
    .catch((cause: unknown) => {
      // what was being read when no more was wanted is no fault
      if (!enough.signal.aborted) error = cause;
    })
    .then(() => {
      isOver = true;
      if (file !== null) endTicks();
    });
  const end = async (): Promise<void> => {
    if (file === null) source.stop();
    else if (!isOver) {
      enough.abort();
      await feed.reader.close();
    }
    await packets;
  };
  try {
    for await (const tick of ticks) {
      for (const gap of source.gaps()) await reportGap(gap);
      if (tick.number > 0) yield run.fresh(feed.reader, file, timeOf(tick));
      if (isOver) break;
    }
    const isWhole = isOver && file !== null;
    await end();
    yield isWhole ? run.fresh(feed.reader, file, Number.POSITIVE_INFINITY) : run.rest();
    for (const gap of lossesIn(run)) await reportGap(gap);
  } finally {
    await end();
  }
  if (error !== null) throw error;
}

/**
 * The present time, in seconds, inside a capture that arrives while it is being made, or later: the time of its last
 * packet, plus the time since the tick that saw that packet first.
 */
function openCaptureTime(packet: Packet): (tick: Tick) => number {
  let seen = 0;
  let seenAt = 0;
  return ({ monotonic }) => {
    if (packet.number !== seen) seenAt = monotonic;
    seen = packet.number;
    return packet.seconds + (monotonic - seenAt) / 1000;
  };
}

/** The gaps in the records. */
function lossesIn(run: StatisticsOfRun): readonly Gap[] {
  return [...run.losses().map(gapOf), ...forgottenOf(run.dissector.flows)];
}

function gapOf({ what, count, fate, reason }: Loss): Gap {
  return { what, iface: null, dropped: count, reason, fate };
}
