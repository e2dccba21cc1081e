import { NUMERIC_KINDS } from '../record/field.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';
import { isAggregateName } from './aggregate.ts';
import { type Answers, quantify } from './answers.ts';
import { judge } from './bind.ts';
import { isSymbol, openCursor, peek, take } from './cursor.ts';
import { compileExpectation, type Expectation, type Tally } from './expectation.ts';
import type { Expr, Order } from './expr.ts';
import type { Now } from './instant.ts';
import type { Test } from './logic.ts';
import { parseFilter } from './parse.ts';
import { parseQuantity } from './quantity.ts';
import { lookUp, type Scope, targetOf } from './scope.ts';
import { sourceError } from './source-error.ts';

/** What must not be: `loss_pct > 5 or rtt_avg_ms > 100` of any record, or aggregates: `count(state == down) > 1`. */
export interface Threshold {
  /** Every field it reads. */
  readonly fields: ReadonlySet<string>;
  /** Whether a record passes it, null where that cannot be told; null altogether where it is about all records. */
  readonly passes: Test<AnyRow> | null;
  /** The comparisons that each pass it alone; none where it is more than such comparisons. */
  readonly bounds: readonly ThresholdBound[];
  /** Begins with no rows. `holds` of the tally is whether it is passed. */
  start(): Tally;
}

/** `loss_pct > 5`, with the number in the unit of the field. */
export interface ThresholdBound {
  readonly field: string;
  readonly relation: Order;
  readonly value: number;
}

/**
 * Compiles a threshold. A filter is passed when one record certainly matches; it is unknown when none does and one is
 * unknown. Aggregates are those of an expectation. Without records it is unknown, unless `emptyIsAnswer`: then a filter
 * is not passed, and aggregates are what they are of no rows. Throws Failure 64 with its place.
 */
export function compileThreshold(
  source: string,
  table: RecordTable,
  now?: Now,
  emptyIsAnswer: boolean = false,
): Threshold {
  const begin = emptyIsAnswer ? (tally: Tally) => tally : unlessEmpty;
  if (isAboutAll(source)) {
    const whole = compileExpectation(source, table, now);
    return { fields: whole.fields, passes: null, bounds: [], start: () => begin(whole.start()) };
  }
  const scope: Scope = { source, table, searchesWords: false, fields: new Set(), now };
  const expr = parseFilter(source);
  const passes = judge(scope, expr);
  return {
    fields: scope.fields,
    passes,
    bounds: boundsOf(scope, expr) ?? [],
    start: () => begin(tally(passes)),
  };
}

/** The expectation that a threshold is not passed. */
export function notPassed({ fields, start }: Threshold): Expectation {
  return {
    fields,
    start() {
      const tally = start();
      return {
        ...tally,
        holds() {
          const passed = tally.holds();
          return passed === null ? null : !passed;
        },
      };
    },
  };
}

/** Whether a call of an aggregate stands somewhere in it: no filter has a word and a parenthesis after it. */
function isAboutAll(source: string): boolean {
  for (const cursor = openCursor(source); peek(cursor).kind !== 'end'; take(cursor)) {
    const { kind, text } = peek(cursor);
    if (kind === 'word' && isAggregateName(text) && isSymbol(peek(cursor, 1), '(')) return true;
  }
  return false;
}

function tally(passes: Test<AnyRow>): Tally {
  const answers: Answers = { rows: 0, certain: 0, unknown: 0 };
  return {
    add(row) {
      const outcome = passes(row);
      answers.rows++;
      if (outcome === true) answers.certain++;
      else if (outcome === null) answers.unknown++;
    },
    holds: () => quantify('any', answers),
    explain() {
      const { rows, certain, unknown } = answers;
      const isUnknown = quantify('any', answers) === null;
      return `${isUnknown ? 'it cannot be told' : 'it holds'} for ${isUnknown ? unknown : certain} of ${rows} records`;
    },
  };
}

/** Where there are no rows, nothing was seen that could pass a threshold, nor stay below it. */
function unlessEmpty(tally: Tally): Tally {
  let isEmpty = true;
  return {
    add(row) {
      isEmpty = false;
      tally.add(row);
    },
    holds: () => (isEmpty ? null : tally.holds()),
    explain: () => (isEmpty ? 'there are no records' : tally.explain()),
  };
}

/** The comparisons of numbers that an expression is, or joins by `or`; null when it is something else. */
function boundsOf(scope: Scope, expr: Expr): readonly ThresholdBound[] | null {
  if (expr.kind === 'or') {
    const all = expr.operands.map((operand) => boundsOf(scope, operand));
    return all.every((one) => one !== null) ? all.flat() : null;
  }
  if (expr.kind !== 'leaf' || expr.leaf.kind !== 'compare') return null;
  const { field, relation, value } = expr.leaf;
  if (relation === '!=' || relation === 'contains' || relation === 'matches') return null;
  const [name, ...others] = lookUp(scope, field.text) ?? [];
  if (name === undefined || others.length > 0 || /^null$/i.test(value.text)) return null;
  const { kind } = targetOf(scope, name).field;
  if (!NUMERIC_KINDS.has(kind)) return null;
  const misfit = (message: string, hint: string) => sourceError(scope.source, value, message, hint);
  return [{ field: name, relation, value: parseQuantity(value.text, kind, misfit) }];
}
