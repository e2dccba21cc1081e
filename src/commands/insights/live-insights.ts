import { RULES } from '../../core/insight/all-rules.ts';
import { instantOf } from '../../core/instant.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { insight } from '../../core/record/tables/insight.ts';
import { openInsightSampler } from '../../core/sample/insight-sampler.ts';
import { instantNow } from '../../core/system/instant-now.ts';
import { readServices } from '../../platform/machine/services.ts';
import type { Context } from '../context/context.ts';
import { placeOf } from '../context/place.ts';
import type { Request } from '../listing/command.ts';
import { requireInterface } from '../reading/require-interface.ts';
import { sayFaults } from '../reading/say-faults.ts';
import type { LiveInsightRequest } from './insight-request.ts';
import { moreGap } from './more-findings.ts';
import { openProbes } from './probe-targets.ts';

/**
 * What the rules find on this machine. The first look is the beginning, and what it shows alone is found only where
 * nothing more comes: a machine that is saved as files. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function* sampleInsights(
  context: Context,
  asked: LiveInsightRequest,
  { ticks, sayLimits, reportGap }: Request,
): AsyncGenerator<Snapshot> {
  const place = await placeOf(context, { root: asked.root, netns: null });
  for (const name of asked.packets?.devices ?? []) if (name !== 'any') await requireInterface(place.platform, name);
  const probes = asked.probes ? await openProbes(place, sayLimits) : null;
  const sampler = await openInsightSampler(place, {
    rules: RULES,
    thresholds: asked.thresholds,
    serviceOf: readServices(place.platform.host),
    packets: asked.packets,
    demandsPackets: asked.demandsPackets,
    probe: probes?.round ?? null,
  });
  const lookAt = async (at: ReturnType<typeof instantOf>): Promise<Snapshot> => {
    const { rows, more, limits } = await sampler.look(at);
    sayLimits(limits);
    for (const gap of moreGap(more)) await reportGap(gap);
    return [section(insight, rows)];
  };
  try {
    for await (const tick of ticks) {
      const found = await lookAt(instantOf(tick));
      if (tick.number > 0 || asked.root !== null) yield found;
      else if (asked.sampleMs !== null) {
        await context.clock.sleep(asked.sampleMs, context.signal);
        yield await lookAt(instantNow(context.clock));
      }
    }
  } finally {
    probes?.close();
    await sampler.close((faults) => sayFaults(context, faults));
  }
}
