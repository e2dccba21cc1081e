import type { OwnConnections } from '../../core/insight/own-connections.ts';
import type { Limit } from '../../core/limit.ts';
import { openProbeSampler, type ProbeSampler, type ProbingRequest } from '../../core/sample/probe-sampler.ts';
import { settleTargets, targetsOf } from '../../core/sample/probe-targets.ts';
import { ROUND } from '../../core/sample/round-defaults.ts';
import type { Place } from '../../core/sample/surroundings.ts';
import { localAddressTo } from '../../platform/probe/local-address.ts';
import { openProber } from '../../platform/probe/open-prober.ts';

/**
 * Opens the probers of targets as they are typed, of the usual ones for none, and the sockets of echo requests, which the process
 * may not open any more when it has given up its privileges: each request was a ping command then, 4 % of a core. Connections
 * that they open in place of echo requests are noted in `own`. Rejects with a Failure 64.
 */
export async function openStandingProbes(
  place: Place,
  words: readonly string[],
  plan: Pick<ProbingRequest, 'everyMs' | 'followsPaths'>,
  own: OwnConnections,
  sayLimits: (limits: readonly Limit[]) => void,
): Promise<ProbeSampler> {
  const { platform, clock } = place;
  const targets = await settleTargets(await targetsOf(words, platform), platform);
  for (const family of ['ipv4', 'ipv6'] as const) platform.openEcho(family);
  const sayLimit = (what: string, why: string, remedy: string | null): void => sayLimits([{ what, why, remedy }]);
  return openProbeSampler(
    place,
    { ...ROUND, targets, pair: null, next: null, durationMs: null, ...plan },
    { openProber: (target) => openProber(target, { platform, clock, sayLimit, own }), localAddressTo },
  );
}
