import { type Field, NUMERIC_KINDS } from './field.ts';
import type { Part, RecordTable } from './table.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

const WHOLE_KINDS: ReadonlySet<string> = new Set(['port', 'integer', 'count', 'bytes']);

/** The JSON type of a field, without null. */
export function jsonTypeOf(field: Field): 'string' | 'integer' | 'number' | 'boolean' | 'array' {
  if (field.many || field.kind === 'list') return 'array';
  if (field.kind === 'flag') return 'boolean';
  if (!NUMERIC_KINDS.has(field.kind)) return 'string';
  return WHOLE_KINDS.has(field.kind) ? 'integer' : 'number';
}

/** JSON Schema 2020-12 of one record as JSON and NDJSON print it when no --fields is given. */
export function schemaOf(table: RecordTable): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:netwatch:record:${table.type}:${table.version}`,
    ...objectOf(table),
  };
}

function objectOf(table: RecordTable): JsonSchema {
  const parts = table.parts ?? {};
  return {
    title: table.type,
    description: table.about,
    type: 'object',
    properties: {
      type: { const: table.type },
      ...Object.fromEntries(Object.entries(table.fields).map(([name, field]) => [name, propertyOf(field)])),
      ...Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, schemaOfPart(part)])),
    },
    required: ['type', ...Object.keys(table.fields), ...Object.keys(parts)],
    additionalProperties: false,
  };
}

/** A part that could not be read is null. */
function schemaOfPart({ doc, of, isMany }: Part): JsonSchema {
  const one = objectOf(of);
  return isMany
    ? { description: doc, type: ['array', 'null'], items: one }
    : { description: doc, oneOf: [one, { type: 'null' }] };
}

function propertyOf(field: Field): JsonSchema {
  const type = jsonTypeOf(field);
  return {
    description: field.doc,
    type: field.nullable ? [type, 'null'] : type,
    ...(type === 'array' ? { items: { type: 'string' } } : {}),
    ...(field.values === null ? {} : { enum: field.nullable ? [...field.values, null] : field.values }),
    ...(field.kind === 'time' ? { format: 'date-time' } : {}),
    ...(field.kind === 'port' ? { minimum: 0, maximum: 65_535 } : {}),
    'x-kind': field.kind,
  };
}
