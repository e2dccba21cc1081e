import type { JsonLine } from '../output/json-line.ts';
import type { AnyRow, RecordTable, Section } from '../record/table.ts';

/** A section whose lines are written as it is read; what they are made of stands for its rows. */
export function writtenRows<Of>(table: RecordTable, each: Iterable<Of>, line: JsonLine<Of>): Section {
  return { table, rows: each as Iterable<AnyRow>, writeLine: (out, one) => line.write(out, one as Of) };
}
