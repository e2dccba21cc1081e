import { OwnConnections } from '../../core/insight/own-connections.ts';
import type { Limit } from '../../core/limit.ts';
import type { ProbeRow } from '../../core/record/tables/probe.ts';
import { openProbeSampler } from '../../core/sample/probe-sampler.ts';
import { settleTargets, targetsOf } from '../../core/sample/probe-targets.ts';
import { ROUND } from '../../core/sample/round-defaults.ts';
import type { Place } from '../../core/sample/surroundings.ts';
import { localAddressTo } from '../../platform/probe/local-address.ts';
import { openProber } from '../../platform/probe/open-prober.ts';

/** The gateway, the DNS servers and a name, asked once for each look. */
export interface Probes {
  /** Connections that they opened in place of echo requests. */
  readonly own: OwnConnections;
  /** A round of all of them; resolves when the last one has answered or was waited for. */
  readonly round: () => Promise<readonly ProbeRow[]>;
  readonly close: () => void;
}

/**
 * Opens the probers of the usual targets, and the sockets of echo requests, which the process may not open any more when it has
 * given up its privileges: each request was a ping command then, 4 % of a core.
 */
export async function openProbes(place: Place, sayLimits: (limits: readonly Limit[]) => void): Promise<Probes> {
  const { platform, clock } = place;
  const targets = await settleTargets(await targetsOf([], platform), platform);
  const plan = { ...ROUND, targets, pair: null, everyMs: null, next: null, durationMs: null, followsPaths: true };
  for (const family of ['ipv4', 'ipv6'] as const) platform.openEcho(family);
  const sayLimit = (what: string, why: string, remedy: string | null): void => sayLimits([{ what, why, remedy }]);
  const own = new OwnConnections();
  const sampler = await openProbeSampler(place, plan, {
    openProber: (target) => openProber(target, { platform, clock, sayLimit, own }),
    localAddressTo,
  });
  return {
    own,
    async round() {
      const rows: ProbeRow[] = [];
      for await (const rounds of sampler.rounds()) rows.push(...rounds.map(({ row }) => row));
      return rows;
    },
    close: () => sampler.close(),
  };
}
