import { usageError } from '../failure.ts';
import { didYouMean } from '../suggest.ts';
import type { Rule, ThresholdValues } from './rule.ts';

/** The thresholds of a run: those that were set, and else those of the rules. */
export class ThresholdSettings {
  private readonly set: ReadonlyMap<string, number>;

  private constructor(set: ReadonlyMap<string, number>) {
    this.set = set;
  }

  static readonly usual = new ThresholdSettings(new Map());

  /** Reads `rule.threshold=number`, each once or more often: the last one holds. Throws Failure 64. */
  static parse(words: readonly string[], rules: readonly Rule[]): ThresholdSettings {
    const names = rules.flatMap((rule) => Object.keys(rule.thresholds).map((name) => `${rule.name}.${name}`));
    const set = new Map<string, number>();
    for (const word of words) {
      const [, name, typed] = /^([^=]*)=(.*)$/.exec(word) ?? [];
      if (name === undefined || typed === undefined)
        throw wrong(word, ' is not RULE.THRESHOLD=NUMBER', `such as ${names[0]}=20`);
      if (!names.includes(name)) throw wrong(word, ` names no threshold: "${name}"`, didYouMean(name, names, EXPLAIN));
      const value = /^[0-9]+(\.[0-9]+)?$/.test(typed) ? Number(typed) : Number.NaN;
      if (!Number.isFinite(value))
        throw wrong(word, ` sets "${typed}", which is not a number such as 20 or 0.5`, EXPLAIN);
      set.set(name, value);
    }
    return new ThresholdSettings(set);
  }

  of({ name, thresholds }: Rule): ThresholdValues {
    return Object.fromEntries(
      Object.entries(thresholds).map(([key, { absent }]) => [key, this.set.get(`${name}.${key}`) ?? absent]),
    );
  }
}

const EXPLAIN = 'netwatch insights --explain all lists them';

const wrong = (word: string, what: string, hint: string) => usageError(`--threshold "${word}"${what}`, { hint });
