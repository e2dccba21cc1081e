import { usageError } from '../../core/failure.ts';
import { FORMAT_TRAITS, type RecordFormat, type TextFormat } from '../../core/output/format.ts';
import { openLiveTable } from '../../core/output/live-table.ts';
import { openRenderer } from '../../core/output/renderer.ts';
import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { numeralsOf } from '../../core/output/units.ts';
import { refuseRawTerminal } from '../context/raw-output.ts';
import type { Options } from '../options/option.ts';
import { type Format, format, type Output } from './format.ts';

/** A table below the previous one, or in its place. */
const TABLE: Format = format('table', async ({ context, redraws, tableOptions }) => {
  const { stdout, terminal, clock } = context;
  const options = await tableOptions();
  if (!redraws) return openTableRenderer(stdout, options);
  return openLiveTable(stdout, {
    ...options,
    terminal,
    timeOfDay: () => new Date(clock.now()).toTimeString().slice(0, 8),
  });
});

const textFormat = (name: TextFormat): Format =>
  format(name, ({ context, header, table }) =>
    openRenderer(context.stdout, name, header, {
      table,
      onOther: ({ type }) =>
        context.warn(`${type} records are left out, because a CSV has one header; -o ndjson or -o tsv prints them`),
    }),
  );

/** A file of columns, for databases. */
const PARQUET: Format = format('parquet', async ({ context, table, fields }) => {
  refuseRawTerminal(context, 'a Parquet file');
  const { openParquetRenderer } = await import('../../core/output/parquet.ts');
  return openParquetRenderer(context.stdout, {
    table,
    fields,
    onOther: ({ type }) =>
      context.warn(`${type} records are left out, because a Parquet file has one schema; -o ndjson prints them`),
    onUnheld: context.warn,
  });
});

/** Rows as records, for programs. */
export const RECORDS: Readonly<Record<RecordFormat, Format>> = {
  ndjson: textFormat('ndjson'),
  json: textFormat('json'),
  tsv: textFormat('tsv'),
  csv: textFormat('csv'),
  parquet: PARQUET,
};

/** A line for each field, for rows that are read one by one. */
export const VERTICAL: Format = format('vertical', async ({ context, numerals }) => {
  const { openVerticalRenderer } = await import('../../core/output/vertical.ts');
  const { stdout, terminal } = context;
  return openVerticalRenderer(stdout, numerals, () => (terminal.stdoutIsTerminal ? terminal.columns() : null));
});

/** A table to paste into an issue or a report. */
export const MARKDOWN: Format = format('markdown', async ({ context, header, numerals }) => {
  const { openMarkdownRenderer } = await import('../../core/output/markdown.ts');
  return openMarkdownRenderer(context.stdout, header, numerals);
});

/**
 * A page to look at, of all records of a run; `titleOf` says what it is about, and `redacted` is its title where that is not to
 * be told. A report is never printed on a terminal, and not again and again.
 */
export function htmlOf<O extends Options>(
  redacted: string,
  titleOf: (values: Output<O>['values']) => string,
  excludes: Format['excludes'] = {},
): Format<O> {
  const open: Format<O>['open'] = async ({ context, values, numerals }) => {
    if (context.terminal.stdoutIsTerminal)
      throw usageError('a report is a page for a browser, not for a terminal', {
        hint: '--out report.html, or > FILE',
      });
    const { openHtmlRenderer } = await import('../../core/html/html-renderer.ts');
    // its words are English; a large number is read by its groups
    const figures = values.lang === null ? numeralsOf('en') : numerals;
    return openHtmlRenderer(context.stdout, { title: values.redact ? redacted : titleOf(values), numerals: figures });
  };
  return format('html', open, { excludes });
}

/** For a run whose records go elsewhere. */
export const NOTHING: Format = {
  ...FORMAT_TRAITS.tsv,
  name: null,
  tables: null,
  excludes: {},
  open: () => ({
    mixesTypes: false,
    ownsTerminal: false,
    async write({ rows }) {
      for (const _ of rows); // rows are counted as they are read
    },
    endSnapshot: async () => {},
    end: async () => {},
  }),
};

/** The formats of every command that prints records. */
export const USUAL_FORMATS: readonly Format[] = [TABLE, ...Object.values(RECORDS), VERTICAL];
