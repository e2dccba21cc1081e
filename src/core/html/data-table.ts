import { ANSWERS } from '../output/column-fit.ts';
import { type Formatter, formatterFor, type Numerals } from '../output/units.ts';
import { type Field, isNumeric } from '../record/field.ts';
import { visibleFields } from '../record/select-fields.ts';
import { type AnyRow, headingOf, type RecordTable } from '../record/table.ts';
import { textPx } from './figure.ts';
import { cutText, type Markup, markup } from './markup.ts';

/** Characters of a cell; what is longer is cut. */
const MOST_CHARACTERS = 160;
/** How a value that is not known is shown. */
const UNKNOWN = '–';
/** Digits of a second that a page has room for. */
const FRACTION = /\.(\d{3})\d+/;

export interface DataTable {
  readonly table: RecordTable;
  readonly rows: readonly AnyRow[];
  /** What the rows are; it stands above them. */
  readonly caption: string;
  readonly numerals: Numerals;
  /** The fields; by default those that a table shows, without those that are unknown in all rows. */
  readonly fields?: readonly string[];
}

/** Rows as a table: the headings, units and tones are those of their fields. Nothing for no rows. */
export function dataTable({ table, rows, caption, numerals, fields }: DataTable): Markup | null {
  if (rows.length === 0) return null;
  const shown = fields ?? visibleFields(table, false).filter((name) => rows.some((row) => !isUnknown(row[name])));
  const columns: Column[] = shown.map((name) => ({
    name,
    field: table.fields[name]!,
    format: formatterFor(table.fields[name]!, numerals),
  }));
  const left = fields === undefined ? takeExcess(columns, rows) : [];
  const names = left.map(({ name, field }) => headingOf(name, field)).join(', ');
  const says = names === '' ? caption : `${caption}; without ${names}`;
  const heads = columns.map(
    ({ name, field }) => markup`<th scope="col"${classOf(field)}>${headingOf(name, field)}</th>`,
  );
  const lines = rows.map((row) => {
    const cells = columns.map(({ name, field, format }) => {
      const value = row[name];
      const text = textOf(field, value, format);
      if (isUnknown(value)) return markup`<td class="${isNumeric(field) ? 'none num' : 'none'}">${text}</td>`;
      return markup`<td${classOf(field, field.tone?.(value as never) ?? null)}>${text}</td>`;
    });
    return markup`<tr>${cells}</tr>\n`;
  });
  // those who use the keyboard must be able to scroll it
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${says}"><table>
<caption>${says}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>
`;
}

interface Column {
  readonly name: string;
  readonly field: Field;
  readonly format: Formatter;
}

/**
 * Takes away, and returns, columns that a page has no room for, by the rule of tables on a terminal: those that answer the
 * question stay, and of the others the highest number of priority goes first.
 */
function takeExcess(columns: Column[], rows: readonly AnyRow[]): readonly Column[] {
  const widths = new Map(
    columns.map((column) => {
      const { name, field, format } = column;
      const texts = rows.map((row) => textPx(textOf(field, row[name], format)) * TABLE_TEXT);
      const cells =
        isNumeric(field) || field.kind === 'time' ? Math.max(...texts) : Math.min(MOST_TEXT_PX, Math.max(...texts));
      return [column, GAP_PX + Math.max(textPx(headingOf(name, field)), cells)];
    }),
  );
  const taken: Column[] = [];
  const widthOf = (): number => columns.reduce((sum, column) => sum + widths.get(column)!, 0);
  while (widthOf() > ROOM_PX) {
    const last = columns.reduce((found, one) => (one.field.priority >= found.field.priority ? one : found));
    if (last.field.priority <= ANSWERS) break;
    taken.unshift(...columns.splice(columns.indexOf(last), 1));
  }
  return taken;
}
/** What a page has room for; text is wrapped where it takes more than its part. */
const ROOM_PX = 1100;
const MOST_TEXT_PX = 170;
const GAP_PX = 14;
/** Text of tables is a little larger than that of pictures. */
const TABLE_TEXT = 1.05;

/** One row as a list of its headings and values. */
export function factsOf(table: RecordTable, row: AnyRow, numerals: Numerals): Markup {
  const facts = visibleFields(table, false).map((name) => {
    const field = table.fields[name]!;
    return markup`<div><dt>${headingOf(name, field)}</dt><dd>${textOf(field, row[name], formatterFor(field, numerals))}</dd></div>`;
  });
  return markup`<dl class="facts">${facts}</dl>\n`;
}

/** A value as a page shows it. */
function textOf({ kind }: Field, value: unknown, format: Formatter): string {
  if (isUnknown(value)) return UNKNOWN;
  return kind === 'time' ? shortTime(String(value)) : cutText(format(value), MOST_CHARACTERS);
}

const isUnknown = (value: unknown): boolean =>
  value === null || value === undefined || (Array.isArray(value) && value.length === 0);

function classOf(field: Field, tone: string | null = null): Markup | null {
  const classes = [
    ...(isNumeric(field) ? ['num'] : field.kind === 'time' ? ['time'] : []),
    ...(tone === null ? [] : [`tone-${tone}`]),
  ];
  return classes.length === 0 ? null : markup` class="${classes.join(' ')}"`;
}

/** A time of a record for people: 2026-01-02 03:04:05.678; UTC, which the page says once. */
export function shortTime(time: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(time)
    ? time
        .replace('T', ' ')
        .replace('Z', '')
        .replace(FRACTION, '.$1')
        .replace(/\.000$/, '')
    : time;
}

/** A few words and numbers beside a picture, for what is no record. */
export function plainTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly [string, ...string[]])[],
): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads.map((head, at) => markup`<th scope="col"${at === 0 ? null : NUMBER}>${head}</th>`)}</tr></thead>
<tbody>
${rows.map(([name, ...values]) => markup`<tr><th scope="row">${name}</th>${values.map((value) => markup`<td${NUMBER}>${value}</td>`)}</tr>\n`)}</tbody>
</table></div>
`;
}
const NUMBER = markup` class="num"`;
