import type { AnyRow, RecordTable } from '../record/table.ts';
import type { LineWriter } from './line-writer.ts';
import { safeJsonString } from './safe-text.ts';

/** ASCII and the arrow of summaries such as `443 → 51000`. */
const HARMLESS = /^[\x20-\x7e\u2192]*$/;

/** Texts repeat from row to row (states, addresses, process names), so their literals are kept; bounded. */
export const MAX_KEPT_LITERALS = 20_000;
/** Longer texts seldom repeat, and would fill memory. */
export const MAX_KEPT_LENGTH = 64;

/** Fields whose text is kept together from one row to the next. */
const RUN = 6;
/** After so many runs it is known whether the rows of a table are alike. */
const KNOWN_AFTER = 1_000;

/**
 * Compiles the JSON writer of a record type for the fields given; the first key of every line is `type`.
 *
 * Written by hand because it decides whether `conns` keeps up with ss: 18,000 rows of 55 fields take 24 ms this way and
 * 59 ms with JSON.stringify, which also leaves C1 and bidirectional marks raw. Two things make it so. Object.values reads
 * a row three times faster than one property after another by a changing key. And neighbouring rows share most of their
 * values, so the text of each run of six fields is made anew only when one of them differs from the row before. Rows that
 * share less than half, as those of captures do, are left to JSON.stringify, which then takes a third of the time.
 */
export function compileJson(table: RecordTable, fields: readonly string[]): LineWriter {
  const kept = new Map<string, string>();
  const literalOf = (text: string): string => {
    const keeps = text.length <= MAX_KEPT_LENGTH;
    let literal = keeps ? kept.get(text) : undefined;
    if (literal === undefined) {
      literal = safeJsonString(text);
      if (keeps && kept.size < MAX_KEPT_LITERALS) kept.set(text, literal);
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
  const required = fields.filter((name) => table.fields[name]?.nullable === false);
  // null where the schema has none: a saved record without that field, which --fields left out, stays without it
  const nulls = fields.map((name, i) => (required.includes(name) ? '' : `${heads[i]}null`));
  const start = `{"type":${JSON.stringify(table.type)}`;
  let before: readonly unknown[] = [];
  const runs: string[] = [];
  let made = 0;
  let reused = 0;
  const runOf = (values: readonly unknown[], from: number, to: number): string => {
    let out = '';
    for (let i = from; i < to; i++) {
      const value = values[i];
      if (value === null) out += nulls[i];
      else {
        out += heads[i];
        out += literal(value);
      }
    }
    return out;
  };
  const write = (values: readonly unknown[]): string => {
    let out = start;
    for (let from = 0, run = 0; from < values.length; from += RUN, run++) {
      const to = Math.min(from + RUN, values.length);
      let same = before.length > 0;
      for (let i = from; same && i < to; i++) same = values[i] === before[i];
      if (same) reused++;
      else {
        made++;
        runs[run] = runOf(values, from, to);
      }
      out += runs[run];
    }
    before = values;
    return `${out}}`;
  };
  const byName = (row: AnyRow): string => write(fields.map((name) => row[name]));
  const byValues = (row: AnyRow): string => {
    if (made > KNOWN_AFTER && made > reused) writeRow = whole;
    return write(Object.values(row));
  };
  const whole = (row: AnyRow): string => {
    for (const name of required) if (row[name] === null) return write(Object.values(row));
    const text = JSON.stringify(row);
    return HARMLESS.test(text) ? `${start},${text.slice(1)}` : write(Object.values(row));
  };
  // rows of one run are made in one place: the first shows whether its keys stand in the order of the table
  let writeRow = inOrder(names) ? null : byName;
  return (row) => {
    writeRow ??= inOrder(Object.keys(row)) ? byValues : byName;
    return writeRow(row);
  };
}
