import { usageError } from '../../core/failure.ts';
import { type RecordTable, type Row, section } from '../../core/record/table.ts';
import { type HopRow, hop } from '../../core/record/tables/hop.ts';
import { type ProbeRow, probe as table } from '../../core/record/tables/probe.ts';
import { ROUND } from '../../core/sample/round-defaults.ts';
import { placeOf } from '../context/place.ts';
import type { Listening } from './headless.ts';
import { type Choice, type Placing, type Records, recordsOf } from './records.ts';
import { type OptionKinds, requireOptions, requireValue } from './require-options.ts';

/** How to ask targets. */
export interface ProbeOptions<R = ProbeRow> extends Listening, Placing {
  readonly filter?: Choice<R>;
  /** Probes of each target in a round. Default: 3. */
  readonly count?: number;
  /** Milliseconds between two probes of a round. Default: 1000. */
  readonly interval?: number;
  /** Milliseconds to wait for the answer to a probe. Default: 2000. */
  readonly timeout?: number;
  /** Which addresses of names, gateways and name servers are asked. Default: all. */
  readonly family?: 'ipv4' | 'ipv6';
  /** Milliseconds from the start of one round to the start of the next; one round without it. */
  readonly every?: number;
  /** Milliseconds after which no more rounds begin. */
  readonly duration?: number;
}

const KINDS: OptionKinds = {
  filter: 'choice',
  count: 'count',
  interval: 'millis',
  timeout: 'millis',
  family: ['ipv4', 'ipv6'],
  every: 'millis',
  duration: 'millis',
  geoip: 'geoip',
};

/**
 * Asks targets (`tcp://example.org:443`, `dns://192.0.2.1/example.org` …) and yields one record per target and round.
 * Without targets it asks the gateways, the name servers, and whether a name resolves.
 */
export function probe(targets: string | readonly string[] = [], options: ProbeOptions = {}): Records<ProbeRow> {
  return recordsFrom(table, targets, options);
}

/** The hops to `trace://` targets. Without one it is a Failure 64. */
probe.hops = (targets: string | readonly string[], options: ProbeOptions<HopRow> = {}): Records<HopRow> =>
  recordsFrom(hop, targets, options);

function recordsFrom<T extends RecordTable>(
  of: T,
  targets: string | readonly string[],
  options: ProbeOptions<Row<T>>,
): Records<Row<T>> {
  return recordsOf(() => {
    requireOptions(options, KINDS);
    const words = typeof targets === 'string' ? [targets] : targets;
    requireValue('what is asked', words, 'texts');
    if (options.duration !== undefined && options.every === undefined) {
      throw usageError('option "duration" goes with option "every"');
    }
    return {
      table: of,
      listening: options,
      filter: options.filter ?? null,
      async *run(context, { sayLimits }) {
        const [{ openProber }, { localAddressTo }, { openProbeSampler }, { settleTargets, targetsOf }, place] =
          await Promise.all([
            import('../../platform/probe/open-prober.ts'),
            import('../../platform/probe/local-address.ts'),
            import('../../core/sample/probe-sampler.ts'),
            import('../../core/sample/probe-targets.ts'),
            placeOf(context),
          ]);
        const { platform, clock } = place;
        const sayLimit = (what: string, why: string, remedy: string | null): void => sayLimits([{ what, why, remedy }]);
        const family = options.family === undefined ? null : options.family === 'ipv4' ? 4 : 6;
        const asked = await settleTargets(await targetsOf(words, platform, family), platform, family);
        if ((of as RecordTable) === hop && !asked.some(({ kind }) => kind === 'trace')) {
          throw usageError('hops are those of a trace:// target, and none is asked', { hint: 'trace://HOST' });
        }
        const request = {
          targets: asked,
          count: options.count ?? ROUND.count,
          intervalMs: options.interval ?? ROUND.intervalMs,
          timeoutMs: options.timeout ?? ROUND.timeoutMs,
          everyMs: options.every ?? null,
          next: null,
          durationMs: options.duration ?? null,
          pair: null,
          followsPaths: options.every !== undefined,
        };
        const doors = {
          openProber: (target: Parameters<typeof openProber>[0]) => openProber(target, { platform, clock, sayLimit }),
          localAddressTo,
        };
        const sampler = await openProbeSampler(place, request, doors);
        try {
          for await (const rounds of sampler.rounds()) {
            const hops = rounds.flatMap((round) => round.hops);
            yield [
              section(
                table,
                rounds.map(({ row }) => row),
              ),
              section(hop, hops),
            ];
          }
        } finally {
          sampler.close();
        }
      },
    };
  });
}
