import { isNumeric, type Kind } from '../record/field.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';
import { type Aggregate, type Bound, type Measure, type Percentile, parseAggregates } from './aggregate.ts';
import {
  type Answers,
  compareCount,
  explainCount,
  explainQuantifier,
  explainUnknown,
  quantify,
  type Threshold,
} from './answers.ts';
import { judge } from './bind.ts';
import { numberTest } from './comparison.ts';
import type { Expr, Literal } from './expr.ts';
import { type Figure, PercentileFigure, PlainFigure } from './figure.ts';
import type { Now } from './instant.ts';
import { compileLogic, type Test } from './logic.ts';
import { parseQuantity } from './quantity.ts';
import { resolve, type Scope, targetOf } from './scope.ts';
import { shorten, sourceError } from './source-error.ts';

/** What the rows of a snapshot are expected to be: `count(state == CLOSE_WAIT) < 50`. */
export interface Expectation {
  /** Every field it reads. */
  readonly fields: ReadonlySet<string>;
  /** Begins with no rows, for one snapshot. */
  start(): Tally;
}

/** Rows of one snapshot, counted as they come. */
export interface Tally {
  add(row: AnyRow): void;
  /** Whether the expectation holds for the rows added so far; null: not enough evidence to say. */
  holds(): boolean | null;
  /**
   * What was found for each aggregate, in one line of bounded length: `count(state == CLOSE_WAIT) is 61, avg(rtt_ms) is
   * unknown: no row has a value`. Numbers are plain, in the unit of their field.
   */
  explain(): string;
}

/** How many aggregates an explanation names. */
const EXPLAINED_MAX = 8;

/**
 * Compiles an expectation. A row whose filter depends on a value that is null is unknown, and so is its negation; asking
 * for the value itself (`process`, `process == null`) never is.
 * - `any(p)` is true when a row certainly matches, else unknown when a row is unknown, else false; `none(p)` is its
 *   negation. Over no rows `any` is false and `none` true.
 * - `count(p)` lies between the rows that certainly match and those with the unknown ones added. Its comparison is
 *   unknown unless it comes out the same over that whole range. `count()` and `count(*)` are all rows.
 * - `all(p)` is the claim of health: false when a row certainly does not match, else unknown when a row is unknown or
 *   there is none, else true.
 * - `sum`, `min`, `max`, `avg` and percentiles take the values that are not null of the rows that match; they are unknown
 *   without one, and when a row with a value is unknown. `p95` is by nearest rank, as `percentile` in percentile.ts. Its
 *   comparison counts values on either side of the number compared with, and so is exact in constant memory; what it is
 *   can be explained for as many values as are kept.
 *
 * `and`, `or` and `not` are Kleene's. A word that means nothing is not searched for but refused: `contains "text"`
 * searches. Throws Failure 64 with its place.
 */
export function compileExpectation(source: string, table: RecordTable, now?: Now): Expectation {
  const scope: Scope = { source, table, searchesWords: false, fields: new Set(), now };
  const starts: (() => Tally)[] = [];
  const verdict = compileLogic<Aggregate, readonly Tally[]>(parseAggregates(source), (aggregate) => {
    const index = starts.push(bindAggregate(scope, aggregate)) - 1;
    return (tallies) => tallies[index]!.holds();
  });
  return {
    fields: scope.fields,
    start() {
      const tallies = starts.map((start) => start());
      return {
        add(row) {
          for (const tally of tallies) tally.add(row);
        },
        holds: () => verdict(tallies),
        explain() {
          const found = [...new Set(tallies.slice(0, EXPLAINED_MAX).map((tally) => tally.explain()))];
          return tallies.length > EXPLAINED_MAX ? `${found.join(', ')}, …` : found.join(', ');
        },
      };
    },
  };
}

function bindAggregate(scope: Scope, aggregate: Aggregate): () => Tally {
  const text = shorten(aggregate.text.replace(/\s+/g, ' '));
  switch (aggregate.kind) {
    case 'any':
    case 'none':
    case 'all': {
      const { kind } = aggregate;
      return counting(bindRows(scope, aggregate.filter), (answers) => ({
        holds: () => quantify(kind, answers),
        explain: () => explainQuantifier(text, quantify(kind, answers), answers),
      }));
    }
    case 'count': {
      const threshold = thresholdOf(scope, aggregate, 'count');
      return counting(bindRows(scope, aggregate.filter), (answers) => ({
        holds: () => compareCount(answers, threshold),
        explain: () => explainCount(text, answers),
      }));
    }
    case 'percentile':
      return measuring(scope, aggregate, text, (threshold) => new PercentileFigure(threshold, aggregate.percent));
    default: {
      const { kind } = aggregate;
      return measuring(scope, aggregate, text, (threshold) => new PlainFigure(threshold, kind));
    }
  }
}

/** Which rows an aggregate is about. */
function bindRows(scope: Scope, filter: Expr | null): Test<AnyRow> {
  return filter === null ? () => true : judge(scope, filter);
}

function counting(test: Test<AnyRow>, conclude: (answers: Answers) => Omit<Tally, 'add'>): () => Tally {
  return () => {
    const answers = { rows: 0, certain: 0, unknown: 0 };
    return { add: (row) => count(answers, test(row)), ...conclude(answers) };
  };
}

function count(answers: Answers, outcome: boolean | null): void {
  answers.rows++;
  if (outcome === true) answers.certain++;
  else if (outcome === null) answers.unknown++;
}

function measuring(
  scope: Scope,
  measure: Measure | Percentile,
  text: string,
  begin: (threshold: Threshold) => Figure,
): () => Tally {
  const name = measuredField(scope, measure.field);
  const threshold = thresholdOf(scope, measure, targetOf(scope, name).field.kind);
  const test = bindRows(scope, measure.filter);
  return () => {
    const answers = { rows: 0, certain: 0, unknown: 0 };
    const figure = begin(threshold);
    return {
      add(row) {
        const value = row[name];
        // without a value a row adds nothing, whether it matches or not
        const outcome = typeof value === 'number' && test(row);
        count(answers, outcome);
        if (typeof value === 'number' && outcome === true) figure.add(value);
      },
      holds: () => (answers.unknown > 0 || answers.certain === 0 ? null : figure.holds()),
      explain() {
        if (answers.unknown > 0) return explainUnknown(text, answers);
        return `${text} is ${answers.certain === 0 ? 'unknown: no row has a value' : figure.found()}`;
      },
    };
  };
}

/** The one field of numbers that a name stands for; throws Failure 64 when it stands for none or for several. */
function measuredField(scope: Scope, field: Literal): string {
  const names = resolve(scope, field);
  const [name] = names;
  if (names.length !== 1) throw sourceError(scope.source, field, `${field.text} is several fields`, names.join(' or '));
  if (!isNumeric(targetOf(scope, name!).field)) {
    throw sourceError(scope.source, field, `${field.text} is not a number`, 'count(…) counts rows whatever they hold');
  }
  return name!;
}

/** The comparison after an aggregate, with its number in the unit of the kind. */
function thresholdOf({ source }: Scope, { relation, value }: Bound, kind: Kind): Threshold {
  const wanted = parseQuantity(value.text, kind, (message, hint) => sourceError(source, value, message, hint));
  return { wanted, relation, holds: relation === '!=' ? (figure) => figure !== wanted : numberTest(relation, wanted) };
}
