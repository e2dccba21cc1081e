import type { AnyRow } from '../record/table.ts';
import type { ValueTest } from './comparison.ts';
import type { Test } from './logic.ts';

/** Whether there is no value: null, or a list without elements. */
export function isAbsent(value: unknown): boolean {
  return value === null || value === undefined || (Array.isArray(value) && value.length === 0);
}

/** Holds when one of the fields passes its test; null when all of them are absent. */
export function anyField(names: readonly string[], tests: readonly ValueTest[]): Test<AnyRow> {
  return (row) => {
    let outcome: boolean | null = null;
    for (let index = 0; index < names.length; index++) {
      const value = row[names[index]!];
      if (isAbsent(value)) continue;
      if (tests[index]!(value)) return true;
      outcome = false;
    }
    return outcome;
  };
}

/** Holds when one of the fields is absent. */
export function anyAbsent(names: readonly string[]): (row: AnyRow) => boolean {
  return (row) => names.some((name) => isAbsent(row[name]));
}
