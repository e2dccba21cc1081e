import { type Snapshot, section } from '../../core/record/table.ts';
import { hop } from '../../core/record/tables/hop.ts';
import { probe } from '../../core/record/tables/probe.ts';
import { openProbeSampler } from '../../core/sample/probe-sampler.ts';
import { settleTargets, targetsOf } from '../../core/sample/probe-targets.ts';
import { localAddressTo } from '../../platform/probe/local-address.ts';
import { openProber } from '../../platform/probe/open-prober.ts';
import type { Context } from '../context/context.ts';
import { callerWithGroups } from '../context/lesser-user.ts';
import { placeOf } from '../context/place.ts';
import type { Request } from '../listing/command.ts';
import { openProbeFiles } from './probe-files.ts';
import type { AskRequest } from './probe-request.ts';

/**
 * The records of targets, as their rounds end; those that pass the filter also go to files. Rejects with a Failure 64,
 * 73 or 74.
 */
export async function* askTargets(
  context: Context,
  { words, family, keeps, probing, files: asked }: AskRequest,
  { sayLimits }: Request,
): AsyncGenerator<Snapshot> {
  const { clock } = context;
  const place = await placeOf(context);
  const { platform } = place;
  const { pair } = probing;
  const named = pair !== null && words.length === 0 ? [] : await targetsOf(words, platform, family);
  const targets = await settleTargets(pair === null ? named : [...named, pair.via, pair.direct], platform, family);
  const [via, direct] = targets.slice(-2);
  const sayLimit = (what: string, why: string, remedy: string | null): void => sayLimits([{ what, why, remedy }]);
  const sampler = await openProbeSampler(
    place,
    { ...probing, targets, pair: pair === null ? null : { via: via!, direct: direct! } },
    { openProber: (target) => openProber(target, { platform, clock, sayLimit }), localAddressTo },
  );
  try {
    const files = openProbeFiles(asked, targets, clock, callerWithGroups(context.env));
    for await (const rounds of sampler.rounds()) {
      const kept = rounds.filter(({ row }) => keeps(row));
      const rows = kept.map(({ row }) => row);
      await files.take(
        rounds.map(({ row }) => row),
        rows,
      );
      const hops = kept.flatMap((round) => round.hops);
      yield hops.length === 0 ? [section(probe, rows)] : [section(probe, rows), section(hop, hops)];
    }
    await files.end();
  } finally {
    sampler.close();
  }
}
