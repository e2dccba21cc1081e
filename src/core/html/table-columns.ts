import { ANSWERS } from '../output/column-fit.ts';
import { formatterFor, type Numerals } from '../output/units.ts';
import { type Field, isNumeric } from '../record/field.ts';
import { visibleFields } from '../record/select-fields.ts';
import { type AnyRow, headingOf, type RecordTable } from '../record/table.ts';
import { textPx } from './figure.ts';
import { cutText } from './markup.ts';

/** A column of a table on a page. */
export interface Column {
  readonly name: string;
  readonly field: Field;
  readonly heading: string;
  readonly textOf: (row: AnyRow) => string;
}

/** How a value that is not known is shown. */
const UNKNOWN = '–';
/** Characters of a cell; what is longer is cut. Of lists, the first values say most. */
const MOST_CHARACTERS = 160;
const MOST_OF_LIST = 84;
/** Digits of a second that a page has room for. */
const MILLIS = 3;

/** What a page has room for, in pixels. Text is wrapped where it takes more than its part, but not within a word. */
const ROOM_PX = 1060;
const MOST_TEXT_PX = 170;
const GAP_PX = 14;
/** Text of tables is a little larger than that of pictures. */
const TABLE_TEXT = 1.05;

/** The columns for these fields. */
export function columnsOf(
  table: RecordTable,
  fields: readonly string[],
  rows: readonly AnyRow[],
  numerals: Numerals,
): readonly Column[] {
  return fields.map((name) => {
    const field = table.fields[name]!;
    const heading = headingOf(name, field);
    const textOf = field.kind === 'time' ? timesOf(name, rows) : valuesOf(name, field, numerals);
    return { name, field, heading, textOf };
  });
}

/** The fields that a page shows: those that a table shows, without those of less importance that are unknown in all rows. */
export function fieldsOf(table: RecordTable, rows: readonly AnyRow[]): readonly string[] {
  return visibleFields(table, false).filter(
    (name) => table.fields[name]!.priority <= ANSWERS || rows.some((row) => !isUnknown(row[name])),
  );
}

/**
 * The columns that a page has room for, and those left out, by the rule of tables on a terminal: those that answer the question
 * stay, and of the others the highest number of priority goes first.
 */
export function fittedColumns(
  all: readonly Column[],
  rows: readonly AnyRow[],
): { readonly columns: readonly Column[]; readonly left: readonly Column[] } {
  const columns = [...all];
  const left: Column[] = [];
  const widths = new Map(columns.map((column) => [column, GAP_PX + widthOf(column, rows)]));
  while (columns.reduce((sum, column) => sum + widths.get(column)!, 0) > ROOM_PX) {
    const last = columns.reduce((found, one) => (one.field.priority >= found.field.priority ? one : found));
    if (last.field.priority <= ANSWERS) break;
    left.unshift(...columns.splice(columns.indexOf(last), 1));
  }
  return { columns, left };
}

function widthOf({ field, heading, textOf }: Column, rows: readonly AnyRow[]): number {
  const isWhole = isNumeric(field) || field.kind === 'time';
  const cells = rows.map((row) => {
    const text = textOf(row);
    if (isWhole) return textPx(text);
    return Math.max(Math.min(MOST_TEXT_PX, textPx(text)), ...text.split(/[\s-]/).map(textPx));
  });
  return Math.max(textPx(heading), Math.max(...cells) * TABLE_TEXT);
}

export const isUnknown = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

/** How a page shows the values of a field. */
function valuesOf(name: string, field: Field, numerals: Numerals): Column['textOf'] {
  const format = formatterFor(field, numerals);
  const most = field.kind === 'list' ? MOST_OF_LIST : MOST_CHARACTERS;
  return (row) => (isUnknown(row[name]) ? UNKNOWN : cutText(format(row[name]), most));
}

/** How a page shows the times in a column: all with milliseconds, or none where all are whole seconds. */
export function timesOf(name: string, rows: readonly AnyRow[]): Column['textOf'] {
  const isWhole = rows.every((row) => isUnknown(row[name]) || shortTime(String(row[name]), false).endsWith('.000'));
  return (row) => (isUnknown(row[name]) ? UNKNOWN : shortTime(String(row[name]), isWhole));
}

/** A time of a record for people: 2026-01-02 03:04:05.678; UTC, which the page says once. */
function shortTime(time: string, isWhole: boolean): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.(\d+))?Z$/.exec(time);
  if (parts === null) return cutText(time, MOST_CHARACTERS);
  const [, date, clock, fraction = ''] = parts;
  return isWhole ? `${date} ${clock}` : `${date} ${clock}.${fraction.slice(0, MILLIS).padEnd(MILLIS, '0')}`;
}
