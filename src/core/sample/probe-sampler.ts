import type { Prober } from '../health/prober.ts';
import type { RoundPlan } from '../health/round.ts';
import type { NextMoment } from '../health/schedule.ts';
import type { Target } from '../health/target.ts';
import { type LocalAddressTo, openPathFacts } from './path-facts.ts';
import { type ProbeRound, runProbes } from './probe-rounds.ts';
import type { Place } from './surroundings.ts';

/** Which targets to ask, and when. */
export interface ProbingRequest extends RoundPlan {
  readonly targets: readonly Target[];
  /**
   * One target behind a tunnel and the one outside it that it is compared with, both among the targets; null for none.
   */
  readonly pair: { readonly via: Target; readonly direct: Target } | null;
  /** Milliseconds from the start of one round to the start of the next; null for one round. */
  readonly everyMs: number | null;
  /** When rounds begin, by the wall clock instead; null when no schedule is given. */
  readonly next: NextMoment | null;
  /** How long it lasts; null for as long as it takes. */
  readonly durationMs: number | null;
  /** Whether the path to each target is tracked from round to round. */
  readonly followsPaths: boolean;
}

/** What probing needs from the system; the caller passes it in. */
export interface ProbeDoors {
  /** Opens the prober of a target. Rejects with a Failure 64 for a target that asks nothing. */
  openProber(target: Target): Promise<Prober>;
  readonly localAddressTo: LocalAddressTo;
}

/** Targets that are asked, round after round. */
export interface ProbeSampler {
  /**
   * The rounds as they end, each target on its own schedule; rounds that are ready at the same time come together. Ends
   * when the signal of the place aborts.
   */
  rounds(): AsyncGenerator<readonly ProbeRound[]>;
  close(): void;
}

/** Opens a prober for each target; nothing is sent until you read rounds. Rejects as `openProber` does. */
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
