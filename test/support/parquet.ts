import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import type { Field, Kind } from '../../src/core/record/field.ts';
import { fieldNamed, type RecordTable } from '../../src/core/record/table.ts';
import { runTool } from './tool.ts';

const WHOLE: ReadonlySet<Kind> = new Set<Kind>(['integer', 'count', 'bytes']);

/** The rows of a Parquet file as hyparquet reads them, times in nanoseconds. */
export async function readParquet(bytes: Buffer): Promise<readonly Record<string, unknown>[]> {
  const file = new Uint8Array(bytes).buffer;
  const rows = await parquetReadObjects({
    file,
    parsers: { timestampFromNanoseconds: (nanos: bigint) => nanos } as never,
  });
  return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? null])));
}

/** What the end of a Parquet file says of it. */
export interface ParquetHead {
  readonly type: string;
  readonly columns: readonly string[];
  readonly groups: readonly number[];
}

export function parquetHead(bytes: Buffer): ParquetHead {
  const { schema, key_value_metadata: about, row_groups: groups } = parquetMetadata(new Uint8Array(bytes).buffer);
  const names = schema.slice(1).map(({ name }) => name);
  return {
    type: about![0]!.value!,
    // a list has two levels more
    columns: names.filter((name, index) => !(name === 'list' || (name === 'element' && names[index - 1] === 'list'))),
    groups: groups.map(({ num_rows: rows }) => Number(rows)),
  };
}

/** A text as Unicode: surrogates without their pair become U+FFFD. */
export const unicode = (text: string): string => Buffer.from(text).toString();

/** A record of NDJSON as a Parquet file has it: whole numbers as big integers, times in nanoseconds, text as Unicode. */
export function asInParquet(
  table: RecordTable,
  names: readonly string[],
  record: Record<string, unknown>,
): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, held(fieldNamed(table, name)!, record[name] ?? null)]));
}

function held(field: Field, value: unknown): unknown {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((one) => held(field, one));
  if (WHOLE.has(field.kind)) return BigInt(value as number);
  if (field.kind !== 'time') return typeof value === 'string' ? unicode(value) : value;
  const [seconds, fraction = ''] = (value as string).slice(0, -1).split('.');
  const millis = Date.parse(`${seconds}Z`);
  // 64 bits of nanoseconds end there; a damaged capture has times beyond
  if (millis >= Date.UTC(2262)) return null;
  return BigInt(millis) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}

/** The same rows as DuckDB has them: its times have microseconds, and numbers of 64 bits come as text. */
export function duckRows(
  file: string,
  table: RecordTable,
  names: readonly string[],
): readonly Record<string, unknown>[] {
  const columns = names.map((name) => {
    const { kind, many } = fieldNamed(table, name)!;
    const of = kind === 'time' ? `epoch_us("${name}")` : `"${name}"`;
    const isWide = kind === 'time' || WHOLE.has(kind);
    return `${isWide ? `${of}::VARCHAR${many ? '[]' : ''}` : of} AS "${name}"`;
  });
  const { stdout, stderr } = runTool('duckdb', ['-json', '-c', `SELECT ${columns.join(', ')} FROM '${file}'`]);
  if (stderr !== '') throw new Error(stderr);
  return JSON.parse(stdout === '' ? '[]' : stdout);
}

/** What `duckRows` gives for a row that hyparquet has read. */
export function asInDuck(table: RecordTable, row: Record<string, unknown>): Record<string, unknown> {
  const textOf = (name: string, value: unknown): unknown => {
    if (Array.isArray(value)) return value.map((one) => textOf(name, one));
    if (typeof value !== 'bigint') return value;
    return String(fieldNamed(table, name)!.kind === 'time' ? value / 1000n : value);
  };
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, textOf(name, value)]));
}
