import type { Confidence, InsightSeverity } from '../record/tables/insight.ts';
import type { Listeners } from './observation.ts';
import type { Shared } from './shared.ts';

/** A number that decides whether a rule finds something; the configuration may set another. */
export interface Threshold {
  readonly absent: number;
  /** What it counts, with its unit; ends with a full stop. */
  readonly doc: string;
}
export type Thresholds = Readonly<Record<string, Threshold>>;

export const threshold = (absent: number, doc: string): Threshold => ({ absent, doc });

/** The values of thresholds, by name. */
export type ThresholdValues<T extends Thresholds = Thresholds> = { readonly [K in keyof T]: number };

/** What a rule found. */
export interface Finding {
  /** Whom it is about. A rule has one finding for each subject. */
  readonly subject: string;
  readonly summary: string;
  readonly confidence: Confidence;
  /** As `evidence` writes them, the weightiest first. */
  readonly evidence: readonly string[];
  /** Time of the first piece of evidence, ISO 8601; null where it is not known. */
  readonly since: string | null;
  /** Where it differs from that of the rule. */
  readonly severity?: InsightSeverity;
  readonly advice?: string;
}

/**
 * A rule at work: the listeners for what it reads, and what it has found so far. What it keeps has a limit, whatever
 * strangers send.
 */
export interface OpenRule extends Listeners {
  /** What holds at `at`, in seconds since 1970. Called at every look, and must not change what the rule knows. */
  findings(at: number): Iterable<Finding>;
  /**
   * The clock by which `at` is told was set since the last look, or the machine slept: so many seconds went by on it besides
   * those that were measured, less than none when it was set back. Told before anything of the look.
   */
  clockJumped?(by: number): void;
}

/** What help and --explain say about a rule, and how it is opened. */
export interface Rule {
  /** snake_case, as in `rule` of the record. */
  readonly name: string;
  readonly severity: InsightSeverity;
  /** One line: what it finds. */
  readonly about: string;
  /** How it decides, what else could explain the finding, what it cannot see. */
  readonly explanation: string;
  /** What to do, unless the finding knows better. */
  readonly advice: string;
  readonly thresholds: Thresholds;
  readonly open: (values: ThresholdValues, shared: Shared) => OpenRule;
}

/** Declares a rule; the names of its thresholds are inferred. */
export function rule<const T extends Thresholds>(
  definition: Omit<Rule, 'thresholds' | 'open'> & {
    readonly thresholds: T;
    readonly open: (values: ThresholdValues<T>, shared: Shared) => OpenRule;
  },
): Rule {
  return definition as unknown as Rule;
}
