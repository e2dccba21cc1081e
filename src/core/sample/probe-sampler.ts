import type { Prober } from '../health/prober.ts';
import type { RoundPlan } from '../health/round.ts';
import type { NextMoment } from '../health/schedule.ts';
import type { Target } from '../health/target.ts';
import { type LocalAddressTo, openPathFacts } from './path-facts.ts';
import { type ProbeRound, runProbes } from './probe-rounds.ts';
import type { Place } from './surroundings.ts';

/** What is asked of targets, and when. */
export interface ProbingRequest extends RoundPlan {
  readonly targets: readonly Target[];
  /** One target behind a tunnel and the one beside it that it is compared with, both among the targets; null for none. */
  readonly pair: { readonly via: Target; readonly direct: Target } | null;
  /** Between the beginnings of two rounds; null for one round. */
  readonly everyMs: number | null;
  /** When rounds begin by the wall clock, instead; null for none of that. */
  readonly next: NextMoment | null;
  /** How long it lasts; null for as long as it takes. */
  readonly durationMs: number | null;
  /** Whether the way to each target is followed from round to round. */
  readonly followsPaths: boolean;
}

/** What probing asks of the system, which hands it in. */
export interface ProbeDoors {
  /** Opens what asks a target. Rejects with a Failure 64 for a target that asks nothing. */
  openProber(target: Target): Promise<Prober>;
  readonly localAddressTo: LocalAddressTo;
}

/** Targets that are asked, round after round. */
export interface ProbeSampler {
  /** The rounds as they end, those at hand together, each target by its own schedule. Ends when the signal of the place aborts. */
  rounds(): AsyncGenerator<readonly ProbeRound[]>;
  close(): void;
}

/** Opens what asks each target; nothing is sent before rounds are asked for. Rejects as `openProber` does. */
export async function openProbeSampler(
  { platform, clock, signal }: Pick<Place, 'platform' | 'clock' | 'signal'>,
  { targets, followsPaths, ...plan }: ProbingRequest,
  { openProber, localAddressTo }: ProbeDoors,
): Promise<ProbeSampler> {
  const probed = await Promise.all(targets.map(async (target) => ({ target, prober: await openProber(target) })));
  const pathTo = followsPaths ? openPathFacts(platform, clock, localAddressTo) : null;
  return {
    rounds: () => runProbes(probed, { ...plan, pathTo }, clock, signal),
    close() {
      for (const { prober } of probed) prober.close();
    },
  };
}
