import type { AnyRow, RecordTable } from '../record/table.ts';
import { type Aggregate, parseAggregates } from './aggregate.ts';
import { judge } from './bind.ts';
import type { Now } from './instant.ts';
import { compileLogic, type Test } from './logic.ts';
import type { Scope } from './scope.ts';

/**
 * Compiles a test for the rows that an expectation speaks of: those that certainly match a filter in it, as
 * `local_port == 5432` in `any(local_port == 5432)`. All rows for an aggregate without a filter, and for `all(…)`; none for
 * `none(…)`. Throws Failure 64 as `compileExpectation` does.
 */
export function compileSpokenRows(source: string, table: RecordTable, now: Now): (row: AnyRow) => boolean {
  const scope: Scope = { source, table, searchesWords: false, fields: new Set(), now };
  const tests: Test<AnyRow>[] = [];
  compileLogic<Aggregate, null>(parseAggregates(source), (aggregate) => {
    if (aggregate.kind === 'all') tests.push(() => true);
    else if (aggregate.kind !== 'none')
      tests.push(aggregate.filter === null ? () => true : judge(scope, aggregate.filter));
    return () => null;
  });
  return (row) => tests.some((test) => test(row) === true);
}
