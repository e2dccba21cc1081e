import type { AnyRow, RecordTable } from '../record/table.ts';
import { safeJsonString } from './safe-text.ts';

/** Turns one row into one line of JSON, without the line feed; its first key is `type`. */
export type JsonLine = (row: AnyRow) => string;

/** Texts repeat from row to row (states, addresses, process names), so their literals are kept; bounded. */
const MAX_KEPT_LITERALS = 20_000;

/**
 * Compiles the JSON writer of a record type for the fields given.
 *
 * Written by hand because it decides whether `conns` keeps up with ss: 18,000 rows of 55 fields take 52 ms this way,
 * 66 ms with JSON.stringify (which also leaves C1 and bidirectional marks raw) and 150 ms with a lookup by key, since
 * reading one property after another by a changing key defeats the engine's inline caches. Object.values does not.
 */
export function compileJson(table: RecordTable, fields: readonly string[]): JsonLine {
  const kept = new Map<string, string>();
  const literalOf = (text: string): string => {
    let literal = kept.get(text);
    if (literal === undefined) {
      literal = safeJsonString(text);
      if (kept.size < MAX_KEPT_LITERALS) kept.set(text, literal);
    }
    return literal;
  };
  const literal = (value: unknown): string | number => {
    if (typeof value === 'string') return literalOf(value);
    // JSON has no NaN and no infinity: unknown is what they mean here
    if (typeof value === 'number') return Number.isFinite(value) ? value : 'null';
    if (Array.isArray(value)) return `[${value.map(literal).join(',')}]`;
    return value === null || value === undefined ? 'null' : String(value);
  };

  const names = Object.keys(table.fields);
  const inOrder = (keys: readonly string[]): boolean =>
    fields.length === keys.length && fields.every((name, i) => name === keys[i]);
  const heads = fields.map((name) => `,${JSON.stringify(name)}:`);
  const nulls = heads.map((head) => `${head}null`);
  const start = `{"type":${JSON.stringify(table.type)}`;
  const write = (values: readonly unknown[]): string => {
    let out = start;
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === null) out += nulls[i];
      else {
        out += heads[i];
        out += literal(value);
      }
    }
    return `${out}}`;
  };
  const byName: JsonLine = (row) => write(fields.map((name) => row[name]));
  if (!inOrder(names)) return byName;
  let line: JsonLine | null = null;
  return (row) => {
    // rows of one run are made in one place: the first shows whether its keys stand in the order of the table
    line ??= inOrder(Object.keys(row)) ? (one) => write(Object.values(one)) : byName;
    return line(row);
  };
}
