import type { JsonLine, LineForm } from '../output/json-line.ts';
import type { AnyRow, RecordTable, Section } from '../record/table.ts';
import type { RowBlock, RowPlace } from './row-block.ts';
import type { StatisticOptions } from './statistic.ts';

/** How the lines of a table are written, where they are asked for and `compile` knows all their fields; null otherwise. */
export function lineFor<Line>(
  { lineOf }: Pick<StatisticOptions, 'lineOf'>,
  table: RecordTable,
  compile: (form: LineForm) => Line | null,
): Line | null {
  const form = lineOf?.(table) ?? null;
  return form === null ? null : compile(form);
}

/** A section whose lines are written as it is read; what they are made of stands for its rows. */
export function writtenRows<Of>(table: RecordTable, each: Iterable<Of>, line: JsonLine<Of>): Section {
  return { table, rows: each as Iterable<AnyRow>, writeLine: (out, one) => line.write(out, one as Of) };
}

/** A section of rows in blocks: written by `line`, or made one after the other where that is null. */
export function sectionAt<Row extends AnyRow, Block extends RowBlock<Row>>(
  table: RecordTable,
  places: Iterable<RowPlace<Block>>,
  line: JsonLine<RowPlace<Block>> | null,
): Section {
  return line === null ? { table, rows: recordsAt(places) } : writtenRows(table, places, line);
}

/** The records of rows in blocks, each made as it is read. */
export function* recordsAt<Row>(places: Iterable<RowPlace<RowBlock<Row>>>): Iterable<Row> {
  for (const { block, row } of places) yield block.rowOf(row);
}
