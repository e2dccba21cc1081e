import { parseTarget } from '../../core/health/target.ts';
import { section } from '../../core/record/table.ts';
import type { HopRow } from '../../core/record/tables/hop.ts';
import { type ProbeRow, probe as table } from '../../core/record/tables/probe.ts';
import type { Listening } from './headless.ts';
import { type Choice, type Records, recordsOf, requireOptions } from './records.ts';

/** How targets are asked. */
export interface ProbeOptions extends Listening {
  readonly filter?: Choice<ProbeRow>;
  /** Probes of each target in a round: 3. */
  readonly count?: number;
  /** Milliseconds between two probes of a round: 1000. */
  readonly interval?: number;
  /** Milliseconds that a probe is waited for: 2000. */
  readonly timeout?: number;
  /** Milliseconds between the beginnings of two rounds; one round without it. */
  readonly every?: number;
  /** Milliseconds after which no round begins. */
  readonly duration?: number;
  /** Hears the hops of a `trace://` target before its record. */
  readonly onHops?: (hops: readonly HopRow[]) => void;
}

const OPTIONS = ['filter', 'count', 'interval', 'timeout', 'every', 'duration', 'onHops'];
const COUNT = 3;
const INTERVAL_MS = 1000;
const TIMEOUT_MS = 2000;

/** Asks targets (`tcp://example.org:443`, `dns://192.0.2.1/example.org` …), a record for each and round. */
export function probe(targets: string | readonly string[], options: ProbeOptions = {}): Records<ProbeRow> {
  return recordsOf({
    table,
    listening: options,
    filter: options.filter ?? null,
    async *run(context) {
      requireOptions(options, OPTIONS);
      const [{ openProber }, { runProbes }, platform] = await Promise.all([
        import('../../platform/probe/open-prober.ts'),
        import('../probe/run-probes.ts'),
        context.openPlatform({ root: null, netns: null }),
      ]);
      const limited = (what: string, why: string, remedy: string | null): void =>
        options.onLimit?.({ what, why, remedy });
      const parsed = (typeof targets === 'string' ? [targets] : targets).map(parseTarget);
      const probed = await Promise.all(
        parsed.map(async (target) => ({
          target,
          prober: await openProber(target, { platform, clock: context.clock, limited }),
        })),
      );
      const plan = {
        count: options.count ?? COUNT,
        intervalMs: options.interval ?? INTERVAL_MS,
        timeoutMs: options.timeout ?? TIMEOUT_MS,
        everyMs: options.every ?? null,
        next: null,
        durationMs: options.duration ?? null,
        pathTo: null,
        pair: null,
      };
      try {
        const hear = (_of: ProbeRow, hops: readonly HopRow[]): void => options.onHops?.(hops);
        for await (const rows of runProbes(probed, plan, context.clock, context.signal, hear)) {
          yield [section(table, rows)];
        }
      } finally {
        for (const { prober } of probed) prober.close();
      }
    },
  });
}
