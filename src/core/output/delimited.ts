import type { Field } from '../record/field.ts';
import type { RecordTable } from '../record/table.ts';
import type { LineWriter } from './line-writer.ts';
import { safeText, safeTsvText } from './safe-text.ts';

/** Tab-separated values: raw numbers, empty cells for unknown, lists joined by a comma, `\t \n \r \\ \xNN \uNNNN` as escapes, one record one line. */
export function compileTsv(_table: RecordTable, fields: readonly string[]): LineWriter {
  return { line: (row) => fields.map((name) => cell(row[name], safeTsvText)).join('\t'), isAscii: () => false };
}

/**
 * Comma-separated values (RFC 4180). A text that a spreadsheet would run as a formula gets an apostrophe in front
 * (OWASP ASVS 1.2.10); control characters are escaped as in TSV, so one record is one line.
 */
export function compileCsv(table: RecordTable, fields: readonly string[]): LineWriter {
  const columns = fields.map((name) => [name, isText(table.fields[name])] as const);
  return {
    line: (row) => columns.map(([name, text]) => cell(row[name], text ? csvText : String)).join(','),
    isAscii: () => false,
  };
}

export const tsvHeader = (fields: readonly string[]): string => fields.join('\t');
export const csvHeader = (fields: readonly string[]): string => fields.join(',');

function isText(field: Field | undefined): boolean {
  return (
    field === undefined ||
    field.kind === 'text' ||
    field.kind === 'address' ||
    field.kind === 'time' ||
    field.kind === 'list'
  );
}

function cell(value: unknown, safe: (text: string) => string): string {
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
