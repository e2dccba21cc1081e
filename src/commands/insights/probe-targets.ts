import { OwnConnections } from '../../core/insight/own-connections.ts';
import type { Limit } from '../../core/limit.ts';
import type { ProbeRow } from '../../core/record/tables/probe.ts';
import type { Place } from '../../core/sample/surroundings.ts';
import { openStandingProbes } from '../context/standing-probes.ts';

/** The gateway, the DNS servers and a name, asked once for each look. */
export interface Probes {
  /** Connections that they opened in place of echo requests. */
  readonly own: OwnConnections;
  /** A round of all of them; resolves when the last one has answered or was waited for. */
  readonly round: () => Promise<readonly ProbeRow[]>;
  readonly close: () => void;
}

/** Opens the probers of the usual targets; the process may give up its privileges afterwards. */
export async function openProbes(place: Place, sayLimits: (limits: readonly Limit[]) => void): Promise<Probes> {
  const own = new OwnConnections();
  const sampler = await openStandingProbes(place, [], { everyMs: null, followsPaths: true }, own, sayLimits);
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
