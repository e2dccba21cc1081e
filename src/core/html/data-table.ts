import type { Numerals } from '../output/units.ts';
import { type Field, isNumeric } from '../record/field.ts';
import { visibleFields } from '../record/select-fields.ts';
import type { AnyRow, RecordTable } from '../record/table.ts';
import { type Markup, markup } from './markup.ts';
import { columnsOf, fieldsOf, fittedColumns, isUnknown } from './table-columns.ts';

export interface DataTable {
  readonly table: RecordTable;
  readonly rows: readonly AnyRow[];
  /** What the rows are; it stands above them. */
  readonly caption: string;
  readonly numerals: Numerals;
  /** The fields; by default those that a table shows and a page has room for. */
  readonly fields?: readonly string[];
}

/** Rows as a table: the headings, units and tones are those of their fields. Nothing for no rows. */
export function dataTable({ table, rows, caption, numerals, fields }: DataTable): Markup | null {
  if (rows.length === 0) return null;
  const all = columnsOf(table, fields ?? fieldsOf(table, rows), rows, numerals);
  const { columns, left } = fields === undefined ? fittedColumns(all, rows) : { columns: all, left: [] };
  const says = left.length === 0 ? caption : `${caption}; without ${left.map(({ heading }) => heading).join(', ')}`;
  const heads = columns.map(({ field, heading }) => markup`<th scope="col"${classOf(field)}>${heading}</th>`);
  const lines = rows.map((row) => {
    const cells = columns.map(({ name, field, textOf }) => {
      const value = row[name];
      const kind = isUnknown(value) ? 'none' : toneClass(field, value);
      return markup`<td${classOf(field, kind)}>${textOf(row)}</td>`;
    });
    return markup`<tr>${cells}</tr>\n`;
  });
  return scrolled(says, heads, lines);
}

/** One row as a list of its headings and values. */
export function factsOf(table: RecordTable, row: AnyRow, numerals: Numerals): Markup {
  const facts = columnsOf(table, visibleFields(table, false), [row], numerals).map(
    ({ heading, textOf }) => markup`<div><dt>${heading}</dt><dd>${textOf(row)}</dd></div>`,
  );
  return markup`<dl class="facts">${facts}</dl>\n`;
}

/** A few words and numbers beside a picture, for what is no record. */
export function plainTable(
  caption: string,
  heads: readonly string[],
  rows: readonly (readonly [string, ...string[]])[],
): Markup {
  return scrolled(
    caption,
    heads.map((head, at) => markup`<th scope="col"${at === 0 ? null : NUMBER}>${head}</th>`),
    rows.map(
      ([name, ...values]) =>
        markup`<tr><th scope="row">${name}</th>${values.map((value) => markup`<td${NUMBER}>${value}</td>`)}</tr>\n`,
    ),
  );
}
const NUMBER = markup` class="num"`;

/** A table that those who use the keyboard can scroll, too. */
function scrolled(caption: string, heads: readonly Markup[], lines: readonly Markup[]): Markup {
  return markup`<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<caption>${caption}</caption>
<thead><tr>${heads}</tr></thead>
<tbody>
${lines}</tbody>
</table></div>
`;
}

function toneClass({ tone }: Field, value: unknown): string | null {
  const found = tone?.(value as never) ?? null;
  return found === null ? null : `tone-${found}`;
}

function classOf(field: Field, kind: string | null = null): Markup | null {
  const classes = [
    ...(isNumeric(field) ? ['num'] : field.kind === 'time' ? ['time'] : []),
    ...(kind === null ? [] : [kind]),
  ];
  return classes.length === 0 ? null : markup` class="${classes.join(' ')}"`;
}
