import { usageError } from '../../core/failure.ts';
import type { Row } from '../../core/record/table.ts';
import { BUCKET_MS, STATISTICS, type StatisticName } from '../../core/stats/names.ts';
import { didYouMean } from '../../core/suggest.ts';
import { type PacketOptions, packetRequest, requirePacketOptions } from './packet-options.ts';
import { type Choice, type Placing, type Records, recordsOf } from './records.ts';
import { show } from './require-options.ts';

/** The record type of a statistic, and the first one if it has several. */
export type StatRow<N extends StatisticName> = Row<(typeof STATISTICS)[N]['tables'][0]>;

/** Options for a statistic. */
export interface StatsOptions<N extends StatisticName> extends PacketOptions, Placing {
  readonly filter?: Choice<StatRow<N>>;
  /** Milliseconds covered by a row of `time`. Default: 1000. */
  readonly bucket?: number;
}

/**
 * Counts what a capture holds, or what a network carries until `duration` or the signal ends it: `stats('dns', { read
 * })`.
 */
export function stats<N extends StatisticName>(by: N, options: StatsOptions<N> = {}): Records<StatRow<N>> {
  return recordsOf(() => {
    requirePacketOptions(options, { filter: 'choice', bucket: 'millis', geoip: 'geoip' });
    requireStatistic(by);
    return {
      table: STATISTICS[by].tables[0],
      listening: options,
      filter: (options.filter ?? null) as never,
      async *run(context, request) {
        const { countPackets } = await import('../stats/count-packets.ts');
        const asked = {
          packets: packetRequest(options),
          names: [by],
          bucketMs: options.bucket ?? BUCKET_MS,
          printsAll: false,
          repeats: false,
        };
        yield* countPackets(context, asked, request);
      },
    };
  }) as Records<StatRow<N>>;
}

/** Throws Failure 64 for an unknown statistic, and for what is no text at all. */
export function requireStatistic(name: unknown): void {
  if (typeof name === 'string' && Object.hasOwn(STATISTICS, name)) return;
  const names = Object.keys(STATISTICS);
  const others = `one of ${names.join(', ')}`;
  throw usageError(`${show(name)} is no statistic`, {
    hint: typeof name === 'string' ? didYouMean(name, names, others) : others,
  });
}
