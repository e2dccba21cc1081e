import { usageError } from '../../core/failure.ts';
import { RULES } from '../../core/insight/all-rules.ts';
import type { Rule, Thresholds } from '../../core/insight/rule.ts';
import { Shared } from '../../core/insight/shared.ts';
import { ThresholdSettings } from '../../core/insight/thresholds.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type RuleRow, rule } from '../../core/record/tables/insight.ts';
import { didYouMean } from '../../core/suggest.ts';

/** The rule of this name, or all. Throws Failure 64 when there is none. */
export function explainRules(name: string): Snapshot {
  const chosen = name === 'all' ? RULES : RULES.filter((one) => one.name === name);
  if (chosen.length === 0) {
    const names = RULES.map((one) => one.name);
    throw usageError(`--explain "${name}" is no rule`, {
      hint: didYouMean(name, names, 'netwatch help rules lists them'),
    });
  }
  return [section(rule, chosen.map(rowOf))];
}

function rowOf(of: Rule): RuleRow {
  const { findings: _, clockJumped: __, ...reads } = of.open(ThresholdSettings.usual.of(of), new Shared());
  return {
    rule: of.name,
    severity: of.severity,
    about: of.about,
    reads: Object.keys(reads),
    thresholds: thresholdTexts(of.thresholds),
    explanation: of.explanation,
    advice: of.advice,
  };
}

const thresholdTexts = (thresholds: Thresholds): string[] =>
  Object.entries(thresholds).map(([name, { absent, doc }]) => `${name}=${absent}: ${doc}`);
