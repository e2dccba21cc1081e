/** Formats of text for rows as they are. */
const TEXT_FORMATS = ['ndjson', 'json', 'tsv', 'csv'] as const;
export type TextFormat = (typeof TEXT_FORMATS)[number];

/** Formats for rows as they are: every command that prints records has them. */
export const RECORD_FORMATS = [...TEXT_FORMATS, 'parquet'] as const;
export type RecordFormat = (typeof RECORD_FORMATS)[number];

/** All formats, in the order in which help lists them. */
export const FORMAT_NAMES = [
  'table',
  ...RECORD_FORMATS,
  'vertical',
  'markdown',
  'html',
  'nagios',
  'prometheus',
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];

/** The properties of a format, whatever records it prints. */
export interface FormatTraits {
  /** What a piece of its output covers: each row separately, all rows of a round (one snapshot), or the whole run. */
  readonly of: 'rows' | 'round' | 'run';
  /** Whether fields and rows of it may be chosen and ordered: --fields, --sort, --limit, --no-header. */
  readonly choosesFields: boolean;
  /** Whether it has every field unless some are chosen; otherwise it has those that a table shows. */
  readonly hasAllFields: boolean;
  /** Whether rows of several moments begin with their time, because nothing else in it tells them apart. */
  readonly datesRows: boolean;
  /** Whether one output may cover several rounds, one after the other. */
  readonly repeats: boolean;
  /** Whether it may replace a file, as a whole and at once: --out. */
  readonly goesIntoFile: boolean;
  /** What it has one of, so that it holds records of one type; null for a format that holds several. */
  readonly hasOne: 'header' | 'schema' | null;
  /** Whether its renderer says the exit status. */
  readonly hasStatus: boolean;
}

const ROWS: FormatTraits = {
  of: 'rows',
  choosesFields: true,
  hasAllFields: false,
  datesRows: false,
  repeats: true,
  goesIntoFile: false,
  hasOne: null,
  hasStatus: false,
};

export const FORMAT_TRAITS: Readonly<Record<FormatName, FormatTraits>> = {
  table: { ...ROWS, of: 'round' },
  ndjson: { ...ROWS, hasAllFields: true },
  json: { ...ROWS, of: 'run', hasAllFields: true },
  tsv: { ...ROWS, datesRows: true },
  csv: { ...ROWS, datesRows: true, hasOne: 'header' },
  parquet: { ...ROWS, of: 'run', hasAllFields: true, hasOne: 'schema' },
  vertical: { ...ROWS, hasAllFields: true },
  markdown: { ...ROWS, goesIntoFile: true },
  html: { ...ROWS, of: 'run', choosesFields: false, goesIntoFile: true },
  nagios: { ...ROWS, of: 'round', choosesFields: false, repeats: false, hasStatus: true },
  prometheus: { ...ROWS, of: 'round', choosesFields: false, repeats: false, goesIntoFile: true },
};
