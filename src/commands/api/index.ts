import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import { type JsonSchema, schemaOf as schemaOfRecord } from '../../core/record/schema.ts';
import type { AnyRow, RecordTable, Row } from '../../core/record/table.ts';
import { TABLES } from '../../core/record/tables/all.ts';
import { conn } from '../../core/record/tables/conn.ts';
import { realClock } from '../../platform/machine/real-clock.ts';
import { requireValue } from './require-options.ts';

export { EXIT, Failure } from '../../core/failure.ts';
export type { Gap } from '../../core/gap.ts';
export type { Limit } from '../../core/limit.ts';
export type { RecordTable, Row } from '../../core/record/table.ts';
export { TABLES as tables } from '../../core/record/tables/all.ts';
export type { StatisticName } from '../../core/stats/names.ts';
export { type ConnsOptions, conns } from './conns.ts';
export { type FollowOptions, follow } from './follow.ts';
export type { Listening } from './headless.ts';
export { type IfacesOptions, ifaces } from './ifaces.ts';
export { type Capture, type Collected, openCapture, type SaveOptions } from './open-capture.ts';
export type { PacketOptions } from './packet-options.ts';
export { type PacketsOptions, packets } from './packets.ts';
export { type ProbeOptions, probe } from './probe.ts';
export type { Choice, Placing, Records, Repeating } from './records.ts';
export { type StatRow, type StatsOptions, stats } from './stats.ts';

/**
 * Turns a command-line filter into a function of a record, for records of a table of `tables`. When the text is wrong
 * it throws a Failure 64, whose `place` is the column.
 */
export function parseFilter<T extends RecordTable = typeof conn>(
  text: string,
  table: T = conn as never,
): (row: Row<T>) => boolean {
  requireValue('the filter', text, 'expression');
  requireTable(table);
  const predicate = compileFilter(text, table, realClock.now);
  return (row) => predicate.matches(row as AnyRow);
}

/** JSON Schema 2020-12 of the records of a table of `tables`, as `netwatch schema` prints it. */
export function schemaOf(table: RecordTable): JsonSchema {
  requireTable(table);
  return schemaOfRecord(table);
}

function requireTable(table: unknown): void {
  const all: readonly unknown[] = Object.values(TABLES);
  if (!all.includes(table)) throw usageError('the record type is none of `tables`');
}
