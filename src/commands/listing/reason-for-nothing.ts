import { formatNumberOf } from '../../core/output/units.ts';
import type { RecordTable } from '../../core/record/table.ts';

/** What is said when there is no record: `rows` were there, and a filter let none of them pass. */
export function reasonForNothing(table: RecordTable, rows: number, isFilteredByRun: boolean): string {
  if (rows > 0) return `none of ${formatNumberOf(rows, `${table.type} record`)} passes the filter`;
  return isFilteredByRun ? `no ${table.type} passes the filter` : table.none;
}
