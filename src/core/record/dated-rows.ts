import { type Field, time } from './field.ts';
import type { AnyRow, RecordTable } from './table.ts';

const TAKEN: Field = time('When the snapshot was taken.');
const tables = new WeakMap<RecordTable, RecordTable>();

/** The fields with the time in front. */
export function datedFields(fields: readonly string[]): readonly string[] {
  return [...new Set(['time', ...fields])];
}

/** The table itself if its rows have a time, otherwise the same with a time in front: of the snapshot. */
export function datedTable(table: RecordTable): RecordTable {
  if (Object.hasOwn(table.fields, 'time')) return table;
  const known = tables.get(table);
  if (known !== undefined) return known;
  const made = { ...table, fields: { time: TAKEN, ...table.fields } };
  tables.set(table, made);
  return made;
}

/** The rows of `table` with the time of their snapshot, where they have none of their own. */
export function* datedRows(table: RecordTable, rows: Iterable<AnyRow>, taken: string): Iterable<AnyRow> {
  if (Object.hasOwn(table.fields, 'time')) yield* rows;
  else for (const row of rows) yield { time: taken, ...row };
}
