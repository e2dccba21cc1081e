import { usageError } from '../../core/failure.ts';
import type { RecordTable } from '../../core/record/table.ts';
import { BUCKET_MS, STATISTICS, type StatisticName } from '../../core/stats/names.ts';
import { didYouMean } from '../../core/suggest.ts';
import { isFile } from '../../platform/files/capture-source.ts';
import { type Command, type ListingCommand, type ListingValues, listing } from '../listing/command.ts';
import { askedFormat, type FormatValues } from '../listing/listing-plan.ts';
import { refuseSeveralTypes } from '../listing/one-type.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { htmlOf, MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';
import { duration, flag, text, words } from '../options/option.ts';
import { REDACTED_RECORDS, redactOptions } from '../options/redact-options.ts';
import { placeOptions, resolveOptions } from '../options/shared-options.ts';
import { liveOptions, sourceOptions } from '../packets/capture-options.ts';
import { packetRequestOf } from '../packets/packet-request.ts';
import { type Naming, tableNamedBy } from './table-named.ts';

const NAMES = Object.keys(STATISTICS) as StatisticName[];

const options = {
  by: words('What to count: one or more, separated by commas, or all for everything.', {
    value: 'A,B',
    choices: [...NAMES, 'all'],
  }),
  ...sourceOptions,
  ...resolveOptions,
  ...placeOptions,
  ...redactOptions,
  ...liveOptions,
  bucket: duration('Time covered by each row of --by time: 100ms, 1m; the default is 1 second.'),
  out: text('With -o html: write the report to FILE, as a whole and at once; an older report is replaced.', {
    value: 'FILE',
    offers: 'file',
  }),
  force: flag('With --out: replace FILE even if it is no report.'),
};
type StatsValues = ListingValues<typeof options>;

/** What a report shows where --by does not say. */
const REPORTED: readonly StatisticName[] = [
  'summary',
  'time',
  'protocols',
  'conversations',
  'dns',
  'handshakes',
  'expert',
];
/** Width of a bucket of a report, which merges them: short captures have a timeline, too. */
const REPORT_BUCKET_MS = 100;

const isReport = (values: FormatValues): boolean => askedFormat(values) === 'html';

const HTML = htmlOf<typeof options>(
  'Traffic, redacted',
  ({ read, interface: iface }) =>
    read === '-' ? 'Capture from a pipe' : (read ?? `Traffic of ${iface ?? 'this machine'}`),
  { interval: null, count: null },
);

/** `netwatch stats`: counts what a capture holds. */
export const stats: Command = listing({
  name: 'stats',
  about: 'what a network carries, or a capture holds: protocols, conversations, DNS, HTTP, TLS, handshakes, experts',
  details: [
    'One pass over a capture answers as many questions as --by names, each with records of its own type. Packets are counted as tshark counts them: once for every layer they contain, under the path to that layer. Headers quoted inside ICMP errors do not count.',
    `--by takes: ${NAMES.map((name) => `${name} (${STATISTICS[name].about})`).join(', ')}.`,
    'Live, packets are counted until --duration has passed, or until Ctrl-C. With --interval, records are printed at every tick. For DNS, HTTP and TLS these are the new ones, once they have been answered or have gone ten seconds without an answer; all others are counted from the start. The same holds when -r names a pipe; when the pipe ends, the rest is printed at once. A file is read in one go and has no ticks.',
    '-o markdown prints a table for each, to paste into an issue.',
    `-o html makes a report to look at: one page with pictures and tables, in which nothing runs and which loads nothing. Without --by it has ${REPORTED.join(', ')}. Of what there is much of it shows the most, and says of how many. --out FILE writes it to a file that only its owner can read, as a whole and at once, so that cron may replace it each day; a file that is no report is replaced with --force alone. The same capture makes the same bytes.`,
    'When --by has several names, --fields, --sort, --filter, --limit, --expect and --fail-on apply to the first one. Of handshakes, they apply to the connections, or, when they name fields of handshake_histogram (bucket, p95_ms), to its rows, which are then printed alone.',
    REDACTED_RECORDS,
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  statements: { expect: 'any(proto == "dns")', failOn: 'proto == "telnet"', wait: null },
  firstTickIsStart: () => true,
  isSeries: ({ interval, count }) => interval !== null || count !== null,
  resolves: ({ resolve }) => resolve,
  formats: [...USUAL_FORMATS, MARKDOWN, HTML],
  runOf: (values) => {
    const { interval, count, out: name, force, read } = values;
    if (name === null) {
      if (force) throw usageError('--force needs --out FILE');
      return interval === null && count === null ? PARTS : SNAPSHOTS;
    }
    if (!isReport(values)) throw usageError('--out needs -o html', { hint: 'other formats: > FILE' });
    return {
      kind: 'deed',
      interruptIsStatus: true,
      async perform(context, given, operands) {
        const { writeReport } = await import('../packets/write-report.ts');
        const isWhole = read !== null && isFile(read);
        return writeReport(stats as ListingCommand, context, given, operands, { name, force, isWhole });
      },
    };
  },
  tables: [...new Set(NAMES.flatMap((name): readonly RecordTable[] => STATISTICS[name].tables))],
  examples: [
    { line: 'netwatch stats -r file.pcap', about: 'the protocol hierarchy' },
    { line: 'sudo netwatch stats -i eth0 --duration 10s --by conversations,dns', about: 'live, for ten seconds' },
    { line: 'sudo netwatch stats --by dns --interval 1', about: 'a log of DNS queries, with their latency' },
    { line: 'netwatch stats -r file.pcap --by conversations --sort bytes:desc --limit 10', about: 'the ten largest' },
    {
      line: `netwatch stats -r file.pcap --by handshakes --filter 'bucket == "all"' --expect 'max(p95_ms) < 200'`,
      about: 'an exit status: 95 % of the TCP handshakes took less than 200 ms',
    },
    {
      line: "netwatch stats -r file.pcap --by dns -f 'not rcode == NOERROR'",
      about: 'queries that failed, and those without an answer, whose rcode is null',
    },
    { line: 'netwatch stats -r file.pcap --by summary,protocols --json', about: 'two questions in one pass' },
    { line: 'netwatch stats -r file.pcap -o html --out report.html', about: 'a page with pictures, for a browser' },
    { line: 'ssh host tcpdump -w - -U | netwatch stats -r - --by endpoints --interval 10', about: 'another machine' },
  ],
  tableOf,
  run: async function* (context, values, _operands, request) {
    for (const name of ['wait', 'timeout'] as const) {
      if (values[name] !== null) throw usageError(`--${name} cannot be used with stats`);
    }
    const names = namesOf(values);
    if (names.length > 1) refuseSeveralTypes(values, names, 'one --by at a time, ');
    const repeats = values.interval !== null || values.count !== null;
    if (repeats && values.read !== null && isFile(values.read)) {
      const option = values.interval === null ? 'count' : 'interval';
      throw usageError(`--${option} needs a live machine or a pipe, not a file of --read`);
    }
    const asked = {
      packets: packetRequestOf(values),
      names,
      bucketMs: values.bucket ?? (isReport(values) ? REPORT_BUCKET_MS : BUCKET_MS),
      printsAll: names.length > 1 && !isReport(values),
      repeats,
    };
    // loaded here: the code that reads packets is large, and other commands start without it
    const { countPackets } = await import('./count-packets.ts');
    const chosen = tableOf(values);
    const tables: readonly RecordTable[] = STATISTICS[asked.names[0]!].tables;
    if (chosen === tables[0]) return yield* countPackets(context, asked, request);
    const unasked = new Set(tables.filter((table) => table !== chosen));
    for await (const snapshot of countPackets(context, asked, request)) {
      yield snapshot.filter(({ table }) => !unasked.has(table));
    }
  },
});

/** The table that the options speak of: of the first statistic's, the first that has all fields they name. */
function tableOf(values: Naming & Counted): RecordTable {
  return tableNamedBy(values, STATISTICS[namesOf(values)[0]!].tables);
}

/** The options that say what is counted. */
type Counted = Pick<StatsValues, 'by'> & FormatValues;

/** Throws Failure 64 for an unknown statistic. */
function namesOf(values: Counted): readonly StatisticName[] {
  const { by } = values;
  if (by === null) return isReport(values) ? REPORTED : ['protocols'];
  if (by.includes('all')) return NAMES;
  return [...new Set(by)].map((name) => {
    if (Object.hasOwn(STATISTICS, name)) return name as StatisticName;
    throw usageError(`--by "${name}" is no statistic`, { hint: didYouMean(name, NAMES, `one of ${NAMES.join(', ')}`) });
  });
}
