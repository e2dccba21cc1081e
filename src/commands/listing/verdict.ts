import { EXIT } from '../../core/failure.ts';
import type { Tally } from '../../core/filter/expectation.ts';
import type { Claim } from './command.ts';

/**
 * The answer to the claims over all snapshots: a snapshot in which one fails decides; otherwise one in which one is
 * unknown does.
 */
export interface Verdict {
  /** The tallies of a snapshot, one for each claim. */
  add(tallies: readonly Tally[]): void;
  status(): number;
  /** For each claim that does not hold, what was found instead. */
  complaints(): readonly string[];
}

export function openVerdict(claims: readonly Claim[]): Verdict {
  const found = claims.map((claim) => ({ claim, failed: null as string | null, unknown: null as string | null }));
  return {
    add(tallies) {
      for (const [index, one] of found.entries()) {
        const tally = tallies[index]!;
        const holds = tally.holds();
        if (holds === false) one.failed ??= tally.explain();
        else if (holds === null) one.unknown ??= tally.explain();
      }
    },
    status() {
      if (found.some(({ failed }) => failed !== null)) return EXIT.no;
      return found.some(({ unknown }) => unknown !== null) ? EXIT.unknown : EXIT.ok;
    },
    complaints: () =>
      found.flatMap(({ claim, failed, unknown }) => {
        if (failed !== null) return [`${claim.refuted}: ${failed}`];
        return unknown === null ? [] : [`${claim.untold}: ${unknown}`];
      }),
  };
}
