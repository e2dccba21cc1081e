import { usageError } from '../core/failure.ts';
import type { RecordTable } from '../core/record/table.ts';
import { STATISTICS, type StatisticName } from '../core/stats/names.ts';
import { didYouMean } from '../core/suggest.ts';
import { liveOptions, sourceOptions } from './capture-options.ts';
import { listing } from './command.ts';
import { duration, words } from './option.ts';

const NAMES = Object.keys(STATISTICS) as StatisticName[];
const DEFAULT_BUCKET_MS = 1000;

const options = {
  by: words('What to count; several with commas between them, all for everything.', {
    value: 'A,B',
    choices: [...NAMES, 'all'],
  }),
  ...sourceOptions,
  ...liveOptions,
  bucket: duration('Width of a row of --by time: 100ms, 1m; 1 second unless given.'),
};

/** `netwatch stats`: what a capture holds, counted. */
export const stats = listing({
  name: 'stats',
  about: 'what a network carries, or a capture holds: protocols, conversations, DNS, HTTP, TLS, handshakes, experts',
  details: [
    'One pass over a capture answers as many questions as --by names, each in records of its own type. Packets are counted as tshark counts them: in every layer they hold, at the path they hold it; headers quoted inside ICMP errors do not count.',
    `--by takes: ${NAMES.map((name) => `${name} (${STATISTICS[name].about})`).join(', ')}.`,
    'Live, packets are counted until --duration is over, or until Ctrl-C.',
    'With several names, --fields, --sort, --filter, --limit and --expect are about the first one.',
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  tables: [...new Set(NAMES.flatMap((name): readonly RecordTable[] => STATISTICS[name].tables))],
  examples: [
    { line: 'netwatch stats -r file.pcap', about: 'the protocol hierarchy' },
    { line: 'sudo netwatch stats -i eth0 --duration 10s --by conversations,dns', about: 'live, for ten seconds' },
    { line: 'netwatch stats -r file.pcap --by conversations --sort bytes:desc --limit 10', about: 'the ten largest' },
    { line: 'netwatch stats -r file.pcap --by summary,protocols --json', about: 'two questions in one pass' },
    { line: 'ssh host tcpdump -w - | netwatch stats -r - --by endpoints', about: 'another machine' },
  ],
  tableOf: ({ by }) => STATISTICS[namesOf(by)[0]!].tables[0],
  run: async function* (context, values, _operands, _request) {
    for (const name of ['interval', 'count', 'wait', 'timeout'] as const) {
      if (values[name] !== null) throw usageError(`--${name} does not go with stats: it counts once, until the end`);
    }
    const { sayForgotten, sayInterrupted } = await import('./open-capture.ts');
    const { openPackets } = await import('./packet-source.ts');
    const { runStatistics } = await import('../core/stats/run.ts');
    const source = await openPackets(context, values, {
      showsRows: false,
      asksOwners: namesOf(values.by).includes('processes'),
    });
    const { reader, owners, file, signal } = source;
    const bucketMs = values.bucket ?? DEFAULT_BUCKET_MS;
    try {
      const { sections, flows } = await runStatistics(reader, file, namesOf(values.by), { bucketMs, owners }, signal);
      yield sections;
      sayForgotten(context, flows);
    } finally {
      if (file !== null) sayInterrupted(context, file);
      await source.finish();
    }
  },
});

/** Throws Failure 64 for a name that is none. */
function namesOf(by: readonly string[] | null): readonly StatisticName[] {
  if (by === null) return ['protocols'];
  if (by.includes('all')) return NAMES;
  return [...new Set(by)].map((name) => {
    if (Object.hasOwn(STATISTICS, name)) return name as StatisticName;
    throw usageError(`--by "${name}" is no statistic`, { hint: didYouMean(name, NAMES, `one of ${NAMES.join(', ')}`) });
  });
}
