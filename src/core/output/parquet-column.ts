import type { SchemaElement } from 'hyparquet';
import type { Field } from '../record/field.ts';
import { jsonTypeOf } from '../record/schema.ts';

/** What a column holds, by the definition of its field. */
export interface ParquetColumn {
  readonly name: string;
  /** The column in the schema of the file: itself, then what is within it. */
  readonly elements: readonly SchemaElement[];
  /** A value that is not null as the writer takes it: null for what is unknown, undefined for what the column cannot hold. */
  readonly convert: (value: unknown) => unknown;
  /** What it holds. */
  readonly what: string;
}

/** How the values of a column are kept. */
type Stored = Pick<ParquetColumn, 'convert' | 'what'> & { readonly type: Omit<SchemaElement, 'name'> };

const TEXT: Stored = {
  type: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  convert: (value) => (typeof value === 'string' ? value : undefined),
  what: 'text',
};
const FLAG: Stored = {
  type: { type: 'BOOLEAN' },
  convert: (value) => (typeof value === 'boolean' ? value : undefined),
  what: 'flag',
};
const WHOLE: Stored = {
  type: { type: 'INT64' },
  convert: (value) =>
    Number.isInteger(value) && Math.abs(value as number) < 2 ** 63 ? BigInt(value as number) : undefined,
  what: 'whole number of 64 bits',
};
const PORT: Stored = {
  type: { type: 'INT32' },
  convert: (value) => (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31 ? value : undefined),
  what: 'port',
};
const FRACTION: Stored = {
  type: { type: 'DOUBLE' },
  // JSON has no NaN and no infinity either: unknown is what they mean
  convert: (value) => (typeof value === 'number' ? (Number.isFinite(value) ? value : null) : undefined),
  what: 'number',
};
const TIME: Stored = {
  type: { type: 'INT64', logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' } },
  convert: nanosOf,
  what: 'time in the years 1678 to 2261',
};

/** The column of a field. Null may stand in each, whatever the field says: in a saved record --fields may have left it out. */
export function parquetColumn(name: string, field: Field): ParquetColumn {
  const { type, convert, what } = storedAs(field);
  if (jsonTypeOf(field) !== 'array')
    return { name, elements: [{ name, ...type, repetition_type: 'OPTIONAL' }], convert, what };
  return {
    name,
    // the three levels of a LIST
    elements: [
      { name, repetition_type: 'OPTIONAL', converted_type: 'LIST', logical_type: { type: 'LIST' }, num_children: 1 },
      { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
      { name: 'element', ...type, repetition_type: 'OPTIONAL' },
    ],
    convert(values) {
      const converted = Array.isArray(values) ? values.map(convert) : [undefined];
      return converted.includes(undefined) ? undefined : converted;
    },
    what: `list in which each is a ${what}`,
  };
}

function storedAs(field: Field): Stored {
  if (field.kind === 'time') return TIME;
  switch (jsonTypeOf({ ...field, many: false })) {
    case 'integer':
      return field.kind === 'port' ? PORT : WHOLE;
    case 'number':
      return FRACTION;
    case 'boolean':
      return FLAG;
    case 'string':
    case 'array':
      return TEXT;
  }
}

const ISO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/;

/** Nanoseconds since 1970; undefined for what is no time, and for one that 64 bits cannot hold. */
function nanosOf(time: unknown): bigint | undefined {
  const match = ISO.exec(String(time));
  const millis = match === null ? Number.NaN : Date.parse(`${match[1]}Z`);
  if (match === null || !(millis >= FIRST_MS && millis < LAST_MS)) return undefined;
  return BigInt(millis) * 1_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}
const FIRST_MS = Date.UTC(1678);
const LAST_MS = Date.UTC(2262);
