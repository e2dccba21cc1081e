import { EXIT } from '../../core/failure.ts';
import type { Tally } from '../../core/filter/expectation.ts';
import type { Claim } from './command.ts';

/** The answer to --expect over all snapshots: a snapshot that fails decides; otherwise one that is unknown does. */
export interface Verdict {
  add(tally: Tally): void;
  status(): number;
  /** What was found instead, if it does not hold. */
  complaint(claim: Claim): string | null;
}

export function openVerdict(): Verdict {
  let failed: string | null = null;
  let unknown: string | null = null;
  return {
    add(tally) {
      const holds = tally.holds();
      if (holds === false) failed ??= tally.explain();
      else if (holds === null) unknown ??= tally.explain();
    },
    status: () => (failed !== null ? EXIT.no : unknown !== null ? EXIT.unknown : EXIT.ok),
    complaint({ refuted, untold }) {
      if (failed !== null) return `${refuted}: ${failed}`;
      return unknown === null ? null : `${untold}: ${unknown}`;
    },
  };
}
