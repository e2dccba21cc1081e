import type { RecordTable, Row } from './table.ts';

/**
 * A row of which nothing is known, to be copied (`{ ...row }`) and filled in: every field in the table's order, null or
 * an empty list. Fields that cannot be null are null in it, too, so whoever copies it gives these a value.
 */
export function unknownRow<T extends RecordTable>({ fields }: T): Row<T> {
  const unknown = Object.fromEntries(
    Object.entries(fields).map(([name, { kind }]) => [name, kind === 'list' ? [] : null]),
  );
  return compact(unknown) as Row<T>;
}

/**
 * The same object as V8 would make it of a literal. Made property by property, large objects become hash tables, and so
 * do their copies; copies of a literal are made in one step and have one hidden class.
 */
export function compact<T extends object>(object: T): T {
  return JSON.parse(JSON.stringify(object)) as T;
}
