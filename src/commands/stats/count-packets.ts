import { replay, replayPieces } from '../../core/packet/replay.ts';
import type { Snapshot } from '../../core/record/table.ts';
import type { StatisticName } from '../../core/stats/names.ts';
import { StatisticsOfRun } from '../../core/stats/run.ts';
import type { Loss, StatisticOptions } from '../../core/stats/statistic.ts';
import type { Context } from '../context/context.ts';
import type { Gap, Request } from '../listing/command.ts';
import type { PacketSource } from '../packets/packet-source.ts';
import { forgottenOf } from '../reading/open-capture.ts';
import { sayFaults } from '../reading/say-faults.ts';

/** Whether what is a bug is said at length. */
interface CountValues {
  readonly verbose: boolean;
}

/** The statistics of all packets there are, in parts when the first has more records than memory should hold. */
export async function* countAll(
  context: Context,
  source: PacketSource,
  names: readonly StatisticName[],
  options: StatisticOptions,
  { verbose }: CountValues,
  { missed }: Request,
): AsyncGenerator<Snapshot> {
  const { reader, file, signal } = source;
  const run = new StatisticsOfRun(names, options);
  try {
    for await (const _ of replayPieces(reader, run.dissector, run.ingest, signal)) {
      const first = run.first();
      if (first.length > 0) yield first;
    }
    yield run.sections(reader, file);
    for (const gap of lossesIn(run)) await missed(gap);
  } finally {
    sayFaults(context, run.dissector.faults, { read: file, verbose });
    await source.finish();
  }
}

/** The statistics of a live capture at every tick but the first, which is its start. */
export async function* countAgain(
  context: Context,
  source: PacketSource,
  names: readonly StatisticName[],
  options: StatisticOptions,
  { ticks, missed }: Request,
  { verbose }: CountValues,
): AsyncGenerator<Snapshot> {
  const { reader, signal } = source;
  const run = new StatisticsOfRun(names, options);
  let isOver = false;
  let error: unknown = null;
  const packets = replay(reader, run.dissector, run.ingest, signal)
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
      for (const gap of source.gaps()) await missed(gap);
      if (number > 0) yield run.fresh(reader, at / 1000);
      if (isOver) break;
    }
    await end();
    yield run.rest();
    for (const gap of lossesIn(run)) await missed(gap);
  } finally {
    await end();
    sayFaults(context, run.dissector.faults, { verbose });
    await source.finish();
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
