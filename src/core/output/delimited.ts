import type { Field } from '../record/field.ts';
import { fieldNamed, type RecordTable } from '../record/table.ts';
import type { LineWriter } from './line-writer.ts';
import { safeText, safeTsvText } from './safe-text.ts';

/** Tab-separated values: raw numbers, empty cells for unknown, lists joined by a comma, `\t \n \r \\ \xNN \uNNNN` as escapes, one record one line. */
export function compileTsv(_table: RecordTable, fields: readonly string[]): LineWriter {
  return compileDelimited('\t', fields, () => safeTsvText);
}

/**
 * Comma-separated values (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front
 * (OWASP ASVS 1.2.10); control characters are escaped as in TSV, so one record is one line.
 */
export function compileCsv(table: RecordTable, fields: readonly string[]): LineWriter {
  return compileDelimited(',', fields, (name) => (isText(fieldNamed(table, name)) ? csvText : String));
}

type Safe = (text: string) => string;

function compileDelimited(delimiter: string, fields: readonly string[], safeOf: (field: string) => Safe): LineWriter {
  const safes = fields.map(safeOf);
  return (row) => {
    let out = '';
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) out += delimiter;
      out += cell(row[fields[i]!], safes[i]!);
    }
    return out;
  };
}

export const tsvHeader = (fields: readonly string[]): string => fields.join('\t');
export const csvHeader = (fields: readonly string[]): string => fields.join(',');

function isText(field: Field | undefined): boolean {
  return (
    field === undefined ||
    field.many ||
    field.kind === 'text' ||
    field.kind === 'address' ||
    field.kind === 'time' ||
    field.kind === 'list'
  );
}

function cell(value: unknown, safe: Safe): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return safe(value.join(','));
  if (typeof value === 'string') return safe(value);
  return typeof value === 'number' && !Number.isFinite(value) ? '' : String(value);
}

const FORMULA_START = /^[=+\-@\t\r\0＝＋－＠]/;

function csvText(text: string): string {
  const guarded = safeText(FORMULA_START.test(text) ? `'${text}` : text);
  return /[",\n\r]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}
