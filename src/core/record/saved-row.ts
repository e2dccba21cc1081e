import type { Field } from './field.ts';
import { NUMERIC_KINDS } from './field.ts';
import type { AnyRow, RecordTable } from './table.ts';

/**
 * A record read back from JSON as a row of its table, in the table's order. null when it is a record of another type; a
 * text that says what is wrong when it is no record, or holds a value its field cannot have. Fields that are missing are
 * unknown: null, or an empty list. Those that an older netwatch did not know may be null in the schema, for every field
 * that is added later is. Those that --fields left out are null in the row whatever the schema says, and JSON leaves
 * them out again. Fields that the table does not have are dropped.
 */
export function readRow(table: RecordTable, value: unknown): AnyRow | string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not a JSON object';
  const record = value as Readonly<Record<string, unknown>>;
  if (typeof record.type !== 'string') return 'no "type"';
  if (record.type !== table.type) return null;
  const row: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(table.fields)) {
    const read = Object.hasOwn(record, name) ? record[name] : null;
    if (read !== null && !fits(field, read))
      return `${name} is not ${describe(field, read)}: ${textOf(read).slice(0, 80)}`;
    row[name] = read ?? (field.kind === 'list' ? [] : null);
  }
  return row;
}

/** Nothing that is measured comes near it; above it, sums and pictures of many would have no number any more. JSON.parse makes Infinity of 1e999. */
const MOST = 1e30;

function fits(field: Field, value: unknown): boolean {
  if (NUMERIC_KINDS.has(field.kind)) return typeof value === 'number' && Math.abs(value) <= MOST;
  if (field.kind === 'flag') return typeof value === 'boolean';
  if (field.kind === 'list') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return typeof value === 'string';
}

/** A value as JSON has it; a number that JSON cannot hold by its name. */
function textOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

function describe(field: Field, value: unknown): string {
  if (NUMERIC_KINDS.has(field.kind)) return Number.isFinite(value) ? `a number up to ${MOST}` : 'a number';
  return field.kind === 'flag' ? 'true or false' : field.kind === 'list' ? 'a list of texts' : 'a text';
}
