import { type Kind, NUMERIC_KINDS } from '../record/field.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';
import { type Aggregate, type Bound, type Measure, parseAggregates } from './aggregate.ts';
import { judge, matcher } from './bind.ts';
import { numberTest } from './comparison.ts';
import type { Expr, Literal } from './expr.ts';
import { compileLogic } from './logic.ts';
import { parseQuantity } from './quantity.ts';
import { resolve, type Scope } from './scope.ts';
import { sourceError } from './source-error.ts';

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
}

/**
 * Compiles an expectation. `count`, `any` and `none` ask which rows the filter lists, so that over no rows `count` is 0,
 * `any` false and `none` true. `sum`, `min`, `max` and `avg` take the values that are not null of those rows, and are
 * unknown without one. `all` is the claim of health: over no rows it is unknown, and so it is when a row cannot say
 * because its fields are null, unless another row already fails. `and`, `or` and `not` are Kleene's. Throws Failure 64
 * with its place.
 */
export function compileExpectation(source: string, table: RecordTable): Expectation {
  const scope: Scope = { source, table, fields: new Set() };
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
      };
    },
  };
}

interface Seen {
  readonly count: number;
  readonly sum: number;
  readonly least: number;
  readonly most: number;
}

const FIGURES: Readonly<Record<Measure['kind'], (seen: Seen) => number>> = {
  sum: (seen) => seen.sum,
  min: (seen) => seen.least,
  max: (seen) => seen.most,
  avg: (seen) => seen.sum / seen.count,
};

function bindAggregate(scope: Scope, aggregate: Aggregate): () => Tally {
  const { kind, filter } = aggregate;
  switch (kind) {
    case 'any':
      return counting(scope, filter, (count) => count > 0);
    case 'none':
      return counting(scope, filter, (count) => count === 0);
    case 'all':
      return unanimous(scope, filter);
    case 'count':
      return counting(scope, filter, boundTest(scope, aggregate, 'count'));
    default:
      return measuring(scope, aggregate);
  }
}

function counting(scope: Scope, filter: Expr | null, holds: (count: number) => boolean): () => Tally {
  const matches = filter === null ? () => true : matcher(scope, filter);
  return () => {
    let count = 0;
    return {
      add(row) {
        if (matches(row)) count++;
      },
      holds: () => holds(count),
    };
  };
}

function unanimous(scope: Scope, filter: Expr): () => Tally {
  const test = judge(scope, filter);
  return () => {
    let rows = 0;
    let verdict: boolean | null = true;
    return {
      add(row) {
        const outcome = test(row);
        rows++;
        if (outcome === false || (outcome === null && verdict === true)) verdict = outcome;
      },
      holds: () => (rows === 0 ? null : verdict),
    };
  };
}

function measuring(scope: Scope, measure: Measure): () => Tally {
  const name = measuredField(scope, measure.field);
  const holds = boundTest(scope, measure, scope.table.fields[name]!.kind);
  const matches = measure.filter === null ? () => true : matcher(scope, measure.filter);
  const figure = FIGURES[measure.kind];
  return () => {
    const seen = { count: 0, sum: 0, least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY };
    return {
      add(row) {
        const value = row[name];
        if (typeof value !== 'number' || !matches(row)) return;
        seen.count++;
        seen.sum += value;
        seen.least = Math.min(seen.least, value);
        seen.most = Math.max(seen.most, value);
      },
      holds: () => (seen.count === 0 ? null : holds(figure(seen))),
    };
  };
}

/** The one field of numbers that a name stands for; throws Failure 64 when it stands for none or for several. */
function measuredField(scope: Scope, field: Literal): string {
  const names = resolve(scope, field);
  const [name] = names;
  if (names.length !== 1) throw sourceError(scope.source, field, `${field.text} is several fields`, names.join(' or '));
  if (!NUMERIC_KINDS.has(scope.table.fields[name!]!.kind)) {
    throw sourceError(scope.source, field, `${field.text} is not a number`, 'count(…) counts rows whatever they hold');
  }
  return name!;
}

/** The comparison after an aggregate, with its number in the unit of the kind. */
function boundTest({ source }: Scope, { relation, value }: Bound, kind: Kind): (figure: number) => boolean {
  const wanted = parseQuantity(value.text, kind, (message, hint) => sourceError(source, value, message, hint));
  return relation === '!=' ? (figure) => figure !== wanted : numberTest(relation, wanted);
}
