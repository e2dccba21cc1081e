import { type AnyRow, fieldNamed, type RecordTable } from '../record/table.ts';
import { ALL_TABLES } from '../record/tables/all.ts';

const PAIR = / ([a-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"]*)/y;

/** What may stay of the value of a field. */
type OfValue = (table: RecordTable, name: string, value: string, row: AnyRow) => unknown;

/**
 * A piece of evidence (`dns_query packet=17 name=example.com`), each value as in the record that it is of; null for what is not
 * one.
 */
export function redactEvidence(text: string, redact: OfValue): string | null {
  const type = /^[a-z_]+/.exec(text)?.[0] ?? '';
  const table = ALL_TABLES.find((one) => one.type === type);
  if (table === undefined) return null;
  const row: Record<string, string> = {};
  PAIR.lastIndex = type.length;
  let end = type.length;
  for (let found = PAIR.exec(text); found !== null; found = PAIR.exec(text)) {
    row[found[1]!] = found[2]!;
    end = PAIR.lastIndex;
  }
  if (end < text.length) return null;
  const words = Object.entries(row).flatMap(([name, written]) => {
    if (/^-?\d{1,15}(?:\.\d+)?$|^(?:true|false)$/.test(written)) return [`${name}=${written}`];
    const field = fieldNamed(table, name);
    if (field === undefined || (field.kind !== 'text' && field.kind !== 'address' && field.kind !== 'time')) return [];
    const value = redact(table, name, unquoted(written), row);
    if (typeof value !== 'string' || value === '') return [];
    return [`${name}=${/^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)}`];
  });
  return [type, ...words].join(' ');
}

function unquoted(written: string): string {
  if (!written.startsWith('"')) return written;
  try {
    return String(JSON.parse(written));
  } catch {
    return '';
  }
}
