import type { Gap } from '../../core/gap.ts';
import type { Snapshot } from '../../core/record/table.ts';
import type { PacketSource } from '../../core/sample/packet-source.ts';
import type { StatisticName } from '../../core/stats/names.ts';
import { StatisticsOfRun } from '../../core/stats/run.ts';
import type { Loss } from '../../core/stats/statistic.ts';
import { REGISTRY } from '../../core/wire/all-protocols.ts';
import { Dissector } from '../../core/wire/dissector.ts';
import type { Context } from '../context/context.ts';
import type { Request } from '../listing/command.ts';
import { openPackets } from '../packets/open-packets.ts';
import type { PacketRequest } from '../packets/packet-request.ts';
import { forgottenOf } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** What is to be counted. */
export interface StatsRequest {
  readonly packets: PacketRequest;
  readonly names: readonly StatisticName[];
  /** Width of a bucket of `time`. */
  readonly bucketMs: number;
  /** Whether there are records at every tick, and not only at the end. */
  readonly repeats: boolean;
}

/** The statistics of a capture or of the machine. Rejects as `openPackets` does. */
export async function* countPackets(
  context: Context,
  { packets, names, bucketMs, repeats }: StatsRequest,
  request: Request,
): AsyncGenerator<Snapshot> {
  const dissector = new Dissector(REGISTRY);
  const use = { dissector, showsRows: false, asksOwners: names.includes('processes') };
  const source = await openPackets(context, packets, use);
  const run = new StatisticsOfRun(names, { bucketMs, owners: source.owners }, dissector);
  source.feed.listen(run.ingest);
  try {
    yield* repeats ? countAgain(source, run, request) : countAll(source, run, request);
  } finally {
    sayFaults(context, dissector.faults, source.file);
    await source.finish();
  }
}

/** The statistics of all packets there are, in parts when the first has more records than memory should hold. */
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

/** The statistics at every tick but the first, which is the start. */
async function* countAgain(
  source: PacketSource,
  run: StatisticsOfRun,
  { ticks, reportGap }: Request,
): AsyncGenerator<Snapshot> {
  const { feed, signal } = source;
  let isOver = false;
  let error: unknown = null;
  const packets = feed
    .run(signal)
    .catch((cause: unknown) => {
      error = cause;
    })
    .then(() => {
      isOver = true;
    });
  const end = (): Promise<void> => {
    source.stop();
    return packets;
  };
  try {
    for await (const { number, at } of ticks) {
      for (const gap of source.gaps()) await reportGap(gap);
      if (number > 0) yield run.fresh(feed.reader, at / 1000);
      if (isOver) break;
    }
    await end();
    yield run.rest();
    for (const gap of lossesIn(run)) await reportGap(gap);
  } finally {
    await end();
  }
  if (error !== null) throw error;
}

/** What the records do not tell of. */
function lossesIn(run: StatisticsOfRun): readonly Gap[] {
  return [...run.losses().map(gapOf), ...forgottenOf(run.dissector.flows)];
}

function gapOf({ what, count, fate, reason }: Loss): Gap {
  return { what, iface: null, dropped: count, reason, fate };
}
