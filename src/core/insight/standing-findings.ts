import { type InsightRow, type InsightSeverity, SEVERITY_RANK } from '../record/tables/insight.ts';

interface Standing {
  readonly since: string;
  readonly severity: InsightSeverity;
  readonly isTold: boolean;
}

/** What the rules found at one look of a machine that is watched. */
export interface StandingLook {
  /** All of it, each with the time since which it holds. */
  readonly rows: readonly InsightRow[];
  /** Those that the look before did not have, or not as grave, or did not tell. */
  readonly fresh: readonly InsightRow[];
}

/** Findings from look to look: since when each holds, and which of them are new. */
export class StandingFindings {
  private before: ReadonlyMap<string, Standing> = new Map();

  /**
   * `since` of a row is the earliest time that this look or one before it told, without a look between them that did not find
   * it; the time of the look where the rule knows none. `isTold` says whether anybody is told of this look: the first one of a run
   * is only the beginning.
   */
  take(found: readonly InsightRow[], time: string, isTold: boolean): StandingLook {
    const now = new Map<string, Standing>();
    const told = new Map<string, number>();
    const fresh: InsightRow[] = [];
    const rows = found.map((row) => {
      const about = `${row.rule} ${row.subject}`;
      // a rule may find several things of one subject, and tells them in the order in which they began
      const number = (told.get(about) ?? 0) + 1;
      told.set(about, number);
      const key = `${about} ${number}`;
      const before = this.before.get(key);
      const standing = { ...row, since: earlier(before?.since, row.since ?? time) };
      if (!before?.isTold || SEVERITY_RANK[row.severity] < SEVERITY_RANK[before.severity]) fresh.push(standing);
      now.set(key, { since: standing.since, severity: row.severity, isTold });
      return standing;
    });
    this.before = now;
    return { rows, fresh };
  }
}

const earlier = (one: string | undefined, other: string): string =>
  one === undefined || Date.parse(other) < Date.parse(one) ? other : one;
