import type { AnyRow, RecordTable } from '../record/table.ts';
import { anyAbsent, anyField } from './any-field.ts';
import { bindSearch, bindWord } from './bare-word.ts';
import { rangeTest, type Target, type ValueTest, valueTest } from './comparison.ts';
import type { Comparison, Expr, Literal, Membership, Term } from './expr.ts';
import type { Now } from './instant.ts';
import { compileLogic, negate, type Test } from './logic.ts';
import { parseFilter } from './parse.ts';
import { resolve, type Scope, targetOf } from './scope.ts';

/** A filter bound to the rows of one table. */
export interface Predicate {
  /** Every field the filter reads. */
  readonly fields: ReadonlySet<string>;
  matches(row: AnyRow): boolean;
}

/**
 * Parses and binds in one step. Times such as `-24h` count from `now` at the moment at which a row is tested; without a
 * clock they are refused. Throws Failure 64.
 */
export function compileFilter(source: string, table: RecordTable, now?: Now): Predicate {
  return bindFilter(parseFilter(source), source, table, now);
}

/**
 * Binds a filter to a table. A comparison with a field that is null is false, `!=` too, and `not` turns that around;
 * `== null` and `!= null` ask for it, whatever the field's kind; the text "null" takes quotes. Through an alias, a
 * comparison holds when it holds for one of the fields that are not null, and `!=` when none of those is equal. Throws
 * Failure 64 with its place for an unknown field and for a value that does not fit one.
 */
function bindFilter(expr: Expr, source: string, table: RecordTable, now?: Now): Predicate {
  const scope: Scope = { source, table, searchesWords: true, fields: new Set(), now };
  const test = compileLogic<Term, AnyRow>(expr, (term) => {
    const known = bindTerm(scope, term);
    return (row) => known(row) === true;
  });
  return { matches: (row) => test(row) === true, fields: scope.fields };
}

/**
 * The test of `bindFilter`, but where all the fields of a comparison are null it is unknown rather than false, and `not`
 * leaves it so. Words that ask for presence and comparisons with null are never unknown.
 */
export function judge(scope: Scope, expr: Expr): Test<AnyRow> {
  return compileLogic(expr, (term) => bindTerm(scope, term));
}

/** The test of one leaf; null where it reads only fields that are null. */
export function bindTerm(scope: Scope, term: Term): Test<AnyRow> {
  switch (term.kind) {
    case 'word':
      return bindWord(scope, term.word);
    case 'search':
      return bindSearch(scope, term.needle.text);
    case 'compare':
      return bindComparison(scope, term);
    case 'in':
      return bindMembership(scope, term);
  }
}

function bindComparison(scope: Scope, { field, relation, value }: Comparison): Test<AnyRow> {
  const names = resolve(scope, field);
  if (relation === '!=') return negate(bindComparison(scope, { kind: 'compare', field, relation: '==', value }));
  if (relation === '==' && isNull(value)) return anyAbsent(names);
  return anyField(
    names,
    names.map((name) => valueTest(targetOf(scope, name), relation, value)),
  );
}

function bindMembership(scope: Scope, { field, members }: Membership): Test<AnyRow> {
  const names = resolve(scope, field);
  const isMember = anyField(
    names,
    names.map((name) => memberTest(targetOf(scope, name), members)),
  );
  if (!members.some((member) => member.kind === 'value' && isNull(member.value))) return isMember;
  const isUnknown = anyAbsent(names);
  return (row) => isUnknown(row) || isMember(row);
}

/** Being one of the members, `null` aside. */
export function memberTest(target: Target, members: Membership['members']): ValueTest {
  const tests: ValueTest[] = [];
  for (const member of members) {
    if (member.kind === 'range') tests.push(rangeTest(target, member));
    else if (!isNull(member.value)) tests.push(valueTest(target, '==', member.value));
  }
  return (value) => tests.some((test) => test(value));
}

/** Whether the literal asks for what is unknown. */
export function isNull(literal: Literal): boolean {
  return !literal.quoted && literal.text.toLowerCase() === 'null';
}
