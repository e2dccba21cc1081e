import { type Field, isNumeric } from '../record/field.ts';
import { fieldNamed, headingOf, type RecordTable } from '../record/table.ts';
import { barOf } from './bar.ts';
import type { Renderer } from './renderer.ts';
import type { Sink } from './sink.ts';
import { formatterFor, type Numerals } from './units.ts';

/** Prints rows as a table of GitHub Flavored Markdown (4.10), one header for all snapshots of a record type. */
export function openMarkdownRenderer(sink: Sink, header: boolean, numerals: Numerals): Renderer {
  let headed: RecordTable | null = null;
  const head = async (table: RecordTable, fields: readonly string[]): Promise<void> => {
    if (!header || headed === table) return;
    const columns = columnsOf(table, fields);
    const rules = columns.map(({ field }) => (field !== null && isNumeric(field) ? '---:' : '---'));
    const headings = columns.map(({ name, field }) => (field === null ? '' : cell(headingOf(name, field))));
    await sink.write(`${headed === null ? '' : '\n'}${line(headings)}${line(rules)}`);
    headed = table;
  };
  return {
    mixesTypes: false,
    ownsTerminal: false,
    head,
    async write({ table, fields, rows }) {
      const columns = columnsOf(table, fields);
      await head(table, fields);
      const formats = columns.map(({ field }) => (field === null ? barOf : formatterFor(field, numerals)));
      for (const row of rows) {
        const wait = sink.write(line(columns.map(({ name }, i) => cell(formats[i]!(row[name])))));
        if (wait !== undefined) await wait;
      }
    },
    endSnapshot: () => sink.flush(),
    end: () => sink.flush(),
  };
}

interface Column {
  readonly name: string;
  /** Null for the bar of a percentage. */
  readonly field: Field | null;
}

/** The fields, and after them the bars of those that have one. */
function columnsOf(table: RecordTable, fields: readonly string[]): readonly Column[] {
  const columns = fields.map((name) => ({ name, field: fieldNamed(table, name)! }));
  return [...columns, ...columns.filter(({ field }) => field.bar).map(({ name }) => ({ name, field: null }))];
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

/** What Markdown would act on in a cell, HTML too, is written so that it shows as it is; a web address may become a link. */
function cell(text: string): string {
  return text
    .replace(/[\\`*_[\]|~]/g, '\\$&')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
