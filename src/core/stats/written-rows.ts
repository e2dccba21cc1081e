import type { JsonLine } from '../output/json-line.ts';
import type { AnyRow, RecordTable, Section } from '../record/table.ts';

/** In place of a row that is written. */
const WRITTEN: AnyRow = {};

/** A section whose lines are written as it is read. */
export function writtenRows<Of>(table: RecordTable, each: Iterable<Of>, line: JsonLine<Of>): Section {
  let last: Of | null = null;
  function* rows(): Iterable<AnyRow> {
    for (const one of each) {
      last = one;
      yield WRITTEN;
    }
    last = null;
  }
  return { table, rows: rows(), writeLine: (out) => line.write(out, last!) };
}
