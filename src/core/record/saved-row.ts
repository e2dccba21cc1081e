import type { Field } from './field.ts';
import { NUMERIC_KINDS } from './field.ts';
import type { AnyRow, RecordTable } from './table.ts';

/**
 * A record read back from JSON as a row of its table, in the table's order. null when it is a record of another type; a
 * text that says what is wrong when it is no record, or holds a value its field cannot have. Fields that are missing
 * (written by an older netwatch, or left out by --fields) are unknown; fields the table does not have are dropped.
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
      return `${name} is not ${describe(field)}: ${JSON.stringify(read).slice(0, 80)}`;
    row[name] = read ?? (field.kind === 'list' ? [] : null);
  }
  return row;
}

function fits(field: Field, value: unknown): boolean {
  if (NUMERIC_KINDS.has(field.kind)) return typeof value === 'number';
  if (field.kind === 'flag') return typeof value === 'boolean';
  if (field.kind === 'list') return Array.isArray(value) && value.every((item) => typeof item === 'string');
  return typeof value === 'string';
}

function describe(field: Field): string {
  if (NUMERIC_KINDS.has(field.kind)) return 'a number';
  return field.kind === 'flag' ? 'true or false' : field.kind === 'list' ? 'a list of texts' : 'a text';
}
