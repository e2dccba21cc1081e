import type { RecordTable, Row } from './table.ts';

/**
 * A row about which nothing is known, to be copied (`{ ...row }`) and filled in: every field in the table's order, null
 * or an empty list. Fields that cannot be null are also null in it, so the caller must give these a value.
 */
export function unknownRow<T extends RecordTable>({ fields }: T): Row<T> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, { kind }]) => [name, kind === 'list' ? [] : null]),
  ) as Row<T>;
}
