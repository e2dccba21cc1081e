import { Failure } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import { compileExpectation } from '../../core/filter/expectation.ts';
import { compileThreshold } from '../../core/filter/threshold.ts';
import { namedFields } from '../../core/record/select-fields.ts';
import { parseSort } from '../../core/record/sort.ts';
import type { RecordTable } from '../../core/record/table.ts';

/** The options that name fields of records. */
export interface Naming {
  readonly fields: readonly string[] | null;
  readonly sort: readonly string[] | null;
  readonly filter: string | null;
  readonly expect: string | null;
  readonly 'fail-on': string | null;
}

/** What is compiled is only looked at: relative times may count from any. */
const anyTime = (): number => 0;

/** The first table that has everything the options name; the first of all when none has, which is then complained about. */
export function tableNamedBy(named: Naming, tables: readonly [RecordTable, ...RecordTable[]]): RecordTable {
  if (tables.length === 1) return tables[0];
  return tables.find((table) => hasAll(named, table)) ?? tables[0];
}

function hasAll({ fields, sort, filter, expect, 'fail-on': failOn }: Naming, table: RecordTable): boolean {
  try {
    if (fields !== null) namedFields(table, fields);
    if (sort !== null) parseSort(table, sort);
    if (filter !== null) compileFilter(filter, table, anyTime);
    if (expect !== null) compileExpectation(expect, table, anyTime);
    if (failOn !== null) compileThreshold(failOn, table, anyTime);
    return true;
  } catch (error) {
    if (error instanceof Failure) return false;
    throw error;
  }
}
