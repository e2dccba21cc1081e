import { RULES } from '../../core/insight/all-rules.ts';
import { StandingFindings } from '../../core/insight/standing-findings.ts';
import { type Instant, instantOf } from '../../core/instant.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type InsightRow, insight } from '../../core/record/tables/insight.ts';
import { openInsightSampler } from '../../core/sample/insight-sampler.ts';
import { instantNow } from '../../core/system/instant-now.ts';
import { readServices } from '../../platform/machine/services.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import type { Request } from '../listing/command.ts';
import { requireInterface } from '../reading/require-interface.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { LiveInsightRequest } from './insight-request.ts';
import { ModelComments } from './model-comments.ts';
import { moreGap } from './more-findings.ts';
import { openProbes } from './probe-targets.ts';

/** What the rules found at one look, and when that was: in seconds since 1970, and as records have it. */
type Look = readonly [rows: readonly InsightRow[], at: number, time: string];

/** The rows of a look that are to be printed. */
interface Shown {
  readonly look: Look;
  readonly shown: readonly InsightRow[];
}

/**
 * What the rules find on this machine, and what a model says of it. The first look is the beginning, and what it shows alone
 * is found only where nothing more comes: a machine that is saved as files. Rejects with a Failure 64, 66, 69, 75 or 77.
 */
export async function* sampleInsights(
  context: Context,
  asked: LiveInsightRequest,
  { ticks, sayLimits, reportGap, showNow }: Request,
): AsyncGenerator<Snapshot> {
  const place = await placeOf(context, { root: asked.root, netns: null });
  for (const name of asked.packets?.devices ?? []) if (name !== 'any') await requireInterface(place.platform, name);
  const comments = await ModelComments.open(context, asked.model);
  const probes = asked.probes ? await openProbes(place, sayLimits) : null;
  const sampler = await openInsightSampler(place, {
    rules: RULES,
    thresholds: asked.thresholds,
    serviceOf: readServices(place.platform.host),
    packets: asked.packets,
    demandsPackets: asked.demandsPackets,
    probe: probes?.round ?? null,
    own: probes?.own ?? null,
    witness: comments?.gatherer ?? null,
  });
  const findings = new StandingFindings();
  const look = async (at: Instant, isTold: boolean): Promise<Shown> => {
    const { rows, more, limits } = await sampler.look(at);
    sayLimits(limits);
    for (const gap of moreGap(more)) await reportGap(gap);
    // since when it is so, a machine that is saved does not tell
    const found = asked.root === null ? findings.take(rows, at.time, isTold) : { rows, fresh: rows };
    return {
      look: [found.rows, Date.parse(at.time) / 1000, at.time],
      shown: asked.freshOnly ? found.fresh : found.rows,
    };
  };
  let only: Look | null = null;
  try {
    for await (const tick of ticks) {
      const { look: found, shown } = await look(instantOf(tick), tick.number > 0);
      if (asked.root !== null) only = found;
      else if (asked.sampleMs !== null) {
        await context.clock.sleep(asked.sampleMs, context.signal);
        only = (await look(instantNow(context.clock), true)).look;
      } else if (tick.number > 0) {
        yield [section(insight, [...shown, ...(comments?.look(...found) ?? [])])];
      }
      if (only !== null) {
        yield [section(insight, only[0])];
        break; // a clock that ends its sleep to the millisecond would tick again
      }
    }
  } finally {
    probes?.close();
    await sampler.close((faults) => sayFaults(context, faults));
  }
  // a model may take its time: what is to be said of the machine is said before
  if (only === null) comments?.finish();
  else if (comments !== null) yield* comments.comment(...only, showNow);
}
