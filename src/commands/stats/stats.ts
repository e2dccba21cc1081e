import { usageError } from '../../core/failure.ts';
import type { RecordTable } from '../../core/record/table.ts';
import { STATISTICS, type StatisticName } from '../../core/stats/names.ts';
import { didYouMean } from '../../core/suggest.ts';
import { isFile } from '../../platform/files/capture-source.ts';
import { listing } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { MARKDOWN, USUAL_FORMATS } from '../listing/shared-formats.ts';
import { duration, words } from '../options/option.ts';
import { resolveOptions } from '../options/shared-options.ts';
import { liveOptions, sourceOptions } from '../packets/capture-options.ts';
import { packetRequestOf } from '../packets/packet-request.ts';

const NAMES = Object.keys(STATISTICS) as StatisticName[];
const DEFAULT_BUCKET_MS = 1000;

const options = {
  by: words('What to count; several with commas between them, all for everything.', {
    value: 'A,B',
    choices: [...NAMES, 'all'],
  }),
  ...sourceOptions,
  ...resolveOptions,
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
    'Live, packets are counted until --duration is over, or until Ctrl-C. With --interval there are records at every tick: of DNS, HTTP and TLS those that are new, when they have been answered or for ten seconds were not; all others counted from the start. So it is with -r of a pipe, whose end says the rest at once; a file is read in one go, and has no ticks.',
    '-o markdown is a table for each, to paste into an issue.',
    'With several names, --fields, --sort, --filter, --limit and --expect are about the first one.',
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  firstTickIsStart: () => true,
  resolves: ({ resolve }) => resolve,
  formats: [...USUAL_FORMATS, MARKDOWN],
  runOf: ({ interval, count }) => (interval === null && count === null ? PARTS : SNAPSHOTS),
  tables: [...new Set(NAMES.flatMap((name): readonly RecordTable[] => STATISTICS[name].tables))],
  examples: [
    { line: 'netwatch stats -r file.pcap', about: 'the protocol hierarchy' },
    { line: 'sudo netwatch stats -i eth0 --duration 10s --by conversations,dns', about: 'live, for ten seconds' },
    { line: 'sudo netwatch stats --by dns --interval 1', about: 'a log of DNS queries, with their latency' },
    { line: 'netwatch stats -r file.pcap --by conversations --sort bytes:desc --limit 10', about: 'the ten largest' },
    { line: 'netwatch stats -r file.pcap --by summary,protocols --json', about: 'two questions in one pass' },
    { line: 'ssh host tcpdump -w - -U | netwatch stats -r - --by endpoints --interval 10', about: 'another machine' },
  ],
  tableOf: ({ by }) => STATISTICS[namesOf(by)[0]!].tables[0],
  run: async function* (context, values, _operands, request) {
    for (const name of ['wait', 'timeout'] as const) {
      if (values[name] !== null) throw usageError(`--${name} does not go with stats`);
    }
    const repeats = values.interval !== null || values.count !== null;
    if (repeats && values.read !== null && isFile(values.read)) {
      const option = values.interval === null ? 'count' : 'interval';
      throw usageError(`--${option} needs a live machine or a pipe, not a file of --read`);
    }
    const asked = {
      packets: packetRequestOf(values),
      names: namesOf(values.by),
      bucketMs: values.bucket ?? DEFAULT_BUCKET_MS,
      repeats,
    };
    // loaded here: the code that reads packets is large, and other commands start without it
    const { countPackets } = await import('./count-packets.ts');
    yield* countPackets(context, asked, request);
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
