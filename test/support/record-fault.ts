import { schemaOf } from '../../src/core/record/schema.ts';
import type { AnyRow, RecordTable } from '../../src/core/record/table.ts';

interface Property {
  readonly const?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What a row has that the schema of its record does not allow, or lacks, or has out of order; null for a good one. */
export function recordFault(table: RecordTable, row: AnyRow): string | null {
  const { names, properties } = knownOf(table);
  let index = 0;
  for (const name in row) {
    if (name !== names[index]) return `${table.type} has ${name} in place of ${names[index] ?? 'nothing'}`;
    if (!allows(properties[index]!, row[name])) return `${table.type}.${name} may not be ${shown(row[name])}`;
    index++;
  }
  return index === names.length ? null : `${table.type} has no ${names[index]}`;
}

interface Known {
  readonly names: readonly string[];
  readonly properties: readonly Property[];
}

const known = new Map<RecordTable, Known>();

function knownOf(table: RecordTable): Known {
  let of = known.get(table);
  if (of === undefined) {
    const { type: _, ...properties } = schemaOf(table).properties as Record<string, Property>;
    of = { names: Object.keys(properties), properties: Object.values(properties) };
    known.set(table, of);
  }
  return of;
}

const shown = (value: unknown): string => (typeof value === 'number' ? String(value) : JSON.stringify(value));

function allows(property: Property, value: unknown): boolean {
  const types = typeof property.type === 'string' ? [property.type] : (property.type ?? []);
  const [type, wider] = typesOf(value);
  if (!types.includes(type!) && !types.includes(wider!)) return false;
  if (property.enum !== undefined && !property.enum.includes(value)) return false;
  if (typeof value !== 'number') return true;
  return value >= (property.minimum ?? value) && value <= (property.maximum ?? value);
}

const INTEGER = ['integer', 'number'];
const NUMBER = ['number'];
const NOTHING = ['null'];
const ARRAY = ['array'];
const OTHERS: Readonly<Record<string, readonly string[]>> = { string: ['string'], boolean: ['boolean'] };

function typesOf(value: unknown): readonly string[] {
  if (value === null) return NOTHING;
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : Number.isFinite(value) ? NUMBER : [];
  if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? ARRAY : [];
  return OTHERS[typeof value] ?? [];
}
