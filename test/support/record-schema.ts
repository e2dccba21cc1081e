import { expect } from 'vitest';
import { schemaOf } from '../../src/core/record/schema.ts';
import { ALL_TABLES } from '../../src/core/record/tables/all.ts';

interface Property {
  readonly const?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Expects that a record has every field of its schema, in order, each with a value that the schema allows. */
export function expectRecord(record: Readonly<Record<string, unknown>>): void {
  const table = ALL_TABLES.find(({ type }) => type === record.type)!;
  const properties = schemaOf(table).properties as Record<string, Property>;
  expect(Object.keys(record)).toEqual(Object.keys(properties));
  for (const [name, value] of Object.entries(record)) {
    const allowed = allows(properties[name]!, value);
    if (!allowed) expect.fail(`${table.type}.${name} may not be ${JSON.stringify(value)}`);
  }
}

function allows(property: Property, value: unknown): boolean {
  if (property.const !== undefined) return value === property.const;
  const types = property.type === undefined ? [] : [property.type].flat();
  const [type, wider] = typesOf(value);
  if (!types.includes(type!) && !types.includes(wider!)) return false;
  if (property.enum !== undefined && !property.enum.includes(value)) return false;
  if (typeof value !== 'number') return true;
  return value >= (property.minimum ?? value) && value <= (property.maximum ?? value);
}

function typesOf(value: unknown): readonly string[] {
  if (value === null) return ['null'];
  if (Array.isArray(value)) return ['array'];
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number'];
  return [typeof value];
}
