import { FORMAT_NAMES, type FormatName, RECORD_FORMATS } from '../../core/output/format.ts';
import { choice, duration, flag, integer, language, type Options, size, text, type Values, words } from './option.ts';

/** Options every command takes. */
export const globalOptions = {
  color: choice('Use colour: auto means on a terminal that supports it, unless NO_COLOR is set.', [
    'auto',
    'always',
    'never',
  ]),
  lang: language(
    'Write numbers in tables as in this language (de: 12,4 kB); machine formats and messages do not change.',
  ),
  quiet: flag('Print nothing but errors on stderr.', { short: 'q' }),
  verbose: flag('Print more on stderr.', { short: 'v' }),
  config: text('Read defaults from this JSON file instead of the usual places; with none, read no file.', {
    value: 'FILE',
    offers: 'file',
  }),
  help: flag('Show help.', { short: 'h' }),
  version: flag('Show the version.'),
};

/** The option of commands that read a machine, which may be saved as files; the command's `refusesRoot` says when it does not apply. */
export const rootOptions = {
  root: text('Read a machine saved as files below DIR (proc/, sys/, etc/, run/) instead of this one.', {
    value: 'DIR',
    offers: 'file',
  }),
};

/** How rows are chosen and printed. */
const ROW_OPTIONS = {
  json: flag('Short for -o ndjson.'),
  tsv: flag('Short for -o tsv.'),
  csv: flag(
    'Short for -o csv. In any CSV, a text that a spreadsheet would take for a formula has an apostrophe in front.',
    {
      also: ['safe-csv'],
    },
  ),
  fields: words('Fields to print, in this order; all means every field, and help lists them.', {
    value: 'A,B,C',
    offers: 'field',
  }),
  sort: words('Sort by these fields, each written as F, F:asc or F:desc.', {
    value: 'F[:asc|desc],...',
    offers: 'sort',
  }),
  limit: integer('Print at most N rows; with --interval, N each time.', { least: 0 }),
  'no-header': flag('Print no header line.', { short: 'H', also: ['no-headers'] }),
  filter: text('Print only rows that this filter matches; see FILTERS in netwatch(1).', { short: 'f', value: 'EXPR' }),
};

const formatDoc = (names: readonly FormatName[]): string =>
  `Output format: ${names.join(', ')}; the default is table on a terminal and tsv in a pipe.`;

/** How records are printed, in the formats that a command has. */
export const outputOptionsOf = (formats: readonly FormatName[]) => {
  const names = FORMAT_NAMES.filter((name) => formats.includes(name));
  return { output: choice<FormatName>(formatDoc(names), names, { short: 'o', value: 'FORMAT' }), ...ROW_OPTIONS };
};

/** Those of a command that prints one document: it has no rows to choose. They are understood, to be refused with a reason. */
export const documentOptionsOf = (formats: readonly FormatName[]): Options => {
  const { output, json, ...others } = outputOptionsOf(formats);
  const hidden = Object.entries(others).map(([name, option]) => [name, { ...option, hidden: true }]);
  const doc = `Output format: ${FORMAT_NAMES.filter((name) => formats.includes(name)).join(', ')}; the default is json.`;
  return { output: { ...output, doc }, json, ...Object.fromEntries(hidden) };
};

/** The output options of a command without formats of its own. */
export const outputOptions = outputOptionsOf(['table', ...RECORD_FORMATS]);

/** The size at which a history is turned away, where nobody says: as `historyOptionsOf` tells. */
export const HISTORY_BYTES = { probe: 10_000_000, conns: 100_000_000 } as const;

/** Where a command keeps a history of its records; `most` is how large it grows. */
export const historyOptionsOf = (most: string) => ({
  append: text(
    'Add the records to FILE, one line of JSON each; several runs may do so at once. Nothing is printed unless you ask for a format.',
    { value: 'FILE', offers: 'file' },
  ),
  'append-max': size(
    `With --append: when the file reaches SIZE it becomes FILE.1 and replaces the previous one (${most}).`,
  ),
});

/** Accepted where ss, tcpdump and mtr have it. */
export const numericOptions = {
  numeric: flag('Print addresses as numbers, without looking up names, which is the default.', { short: 'n' }),
};

/** For records with addresses of which databases tell a place. */
export const placeOptions = {
  geoip: words(
    'Look countries, cities and autonomous systems up in these databases (MaxMind DB format) before the one of countries that netwatch has; by default those in the usual places (/usr/share/GeoIP …).',
    { value: 'FILE,...', offers: 'file' },
  ),
};

/** For records with addresses. */
export const resolveOptions = {
  resolve: flag(
    'Look up the names of addresses by reverse DNS (sends DNS queries); they fill the fields that end in host.',
  ),
  ...numericOptions,
};

/** Statements about the records of a command, for its help. */
export interface Examples {
  readonly expect: string;
  readonly failOn: string;
}

/** What must hold for the records of a command, and what must not: each command that has one has both. */
export const expectOptionsOf = ({ expect, failOn }: Examples, where = '') => ({
  expect: text(`Exit 1 unless this holds${where}, 3 when that is unknown: '${expect}'.`, { value: 'EXPR' }),
  'fail-on': text(
    `Exit 1 when this holds for a record or, as in --expect, for all of them, 3 when that is unknown: '${failOn}'; with --expect, both are judged.`,
    { value: 'EXPR' },
  ),
});

/** The same for a command that looks again and again. */
export interface Statements extends Examples {
  /** Null where there is nothing to wait for. */
  readonly wait: string | null;
}

export const ABOUT_SOCKETS = {
  expect: 'count(state == CLOSE_WAIT) < 50',
  failOn: 'rtt_ms > 100',
  wait: 'any(local_port == 5432)',
} satisfies Statements;

/** How a command that looks at the live machine repeats, and what must hold for what it sees. */
export const repeatOptionsOf = (statements: Statements) => ({
  interval: duration('Take a new snapshot every D: 500ms, 2s, 1m; a bare number is in seconds.'),
  count: integer('Stop after N snapshots.', { least: 1 }, { short: 'c' }),
  duration: duration('Stop after D.'),
  ...expectOptionsOf(statements, ' in every snapshot'),
  wait: text(`Take snapshots until this holds, then print the rows that it speaks of: '${statements.wait}'.`, {
    value: 'EXPR',
    hidden: statements.wait === null,
  }),
  timeout: duration('With --wait: give up after D, with exit status 75.', { hidden: statements.wait === null }),
});

export const repeatOptions = repeatOptionsOf(ABOUT_SOCKETS);

const listingOptions = { ...globalOptions, ...rootOptions, ...outputOptions, ...repeatOptions };

/** The values of a command's own options and of those that every listing shares. */
export type ListingValues<O extends Options> = Values<O> & Values<typeof listingOptions>;

/** Where a command that looks at a machine should look; `reads` says what `--read` takes. */
export const machineOptions = (reads: string) => ({
  netns: text('Look into this network namespace: a name of ip netns, or a process id.', {
    value: 'NAME|PID',
    offers: 'netns',
  }),
  read: text(`Read ${reads} from FILE instead of the live machine; - is stdin, compressed input is decompressed.`, {
    short: 'r',
    value: 'FILE',
    offers: 'file',
  }),
});
