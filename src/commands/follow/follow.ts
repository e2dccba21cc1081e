import { usageError } from '../../core/failure.ts';
import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { segment } from '../../core/record/tables/segment.ts';
import { stream } from '../../core/record/tables/stream.ts';
import { type ListingValues, listing } from '../listing/command.ts';
import { format } from '../listing/format.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { RECORDS } from '../listing/shared-formats.ts';
import { choice, flag, integer, text } from '../options/option.ts';
import { repeatOptions, resolveOptions } from '../options/shared-options.ts';
import { liveOptions, sourceOptions, writeOptions } from '../packets/capture-options.ts';
import { openStreamPrinter } from './stream-printer.ts';

const options = {
  ...sourceOptions,
  expect: repeatOptions.expect,
  ...resolveOptions,
  ...liveOptions,
  duration: repeatOptions.duration,
  list: flag('List the streams.'),
  all: flag('Print every stream and its segments, as NDJSON unless another format is asked for.'),
  stream: integer('Follow the stream of this number.', { least: 0 }),
  tcp: flag('TCP streams: the default for --stream and --all.'),
  udp: flag('UDP streams.'),
  as: choice('How the stream is printed; the default is text, and raw with --write.', ['text', 'hex', 'raw', 'ndjson']),
  dir: choice('Both directions, or only what one side sent; A sent the first packet.', ['both', 'a', 'b']),
  write: text('Write the stream to FILE, which must not exist, instead of stdout.', {
    short: 'w',
    value: 'FILE',
    offers: 'file',
  }),
  force: writeOptions.force,
  'max-segments': integer('Most segments of a stream that are held in memory; the oldest go (10000).', { least: 1 }),
  'max-bytes': integer('Most bytes of a stream that are held in memory; the oldest go (2000000).', { least: 1 }),
};
export type FollowValues = ListingValues<typeof options>;

/** What a run of `follow` prints: records of streams, records of streams with their segments, or one stream itself. */
export type FollowMode = 'list' | 'records' | 'print';

/** Throws Failure 64 for options that exclude each other. */
function modeOf(values: FollowValues): FollowMode {
  const { list, all, stream: number, filter, as } = values;
  if (list && (all || number !== null)) throw usageError('--list excludes --all and --stream');
  if (all && number !== null) throw usageError('--all excludes --stream');
  if (list) return 'list';
  const asked = askedFormat(values);
  const records = all || as === 'ndjson' || (as === null && asked !== null && asked !== 'table');
  if (as !== null && as !== 'ndjson' && (all || (asked !== null && asked !== 'table'))) {
    throw usageError(`--as ${as} prints one stream as it is, not ${all ? 'all of them' : 'records'}`);
  }
  if (as === 'ndjson' && asked !== null && asked !== 'ndjson') throw usageError(`--as ndjson excludes -o ${asked}`);
  if (!all && number === null && filter === null) return 'list';
  return records ? 'records' : 'print';
}

const tables = format<typeof options>('table', async ({ context: { stdout }, values, tableOptions }) =>
  modeOf(values) === 'print'
    ? openStreamPrinter(stdout, await tableOptions())
    : openTableRenderer(stdout, await tableOptions()),
);

/** `netwatch follow`: what the two sides of a connection said. */
export const follow = listing({
  name: 'follow',
  about: 'conversations put together: what both sides of a TCP or UDP stream said',
  details: [
    'A stream is followed in sequence order: bytes sent again or twice are shown once, bytes that came early wait for those before them, and bytes that the other side acknowledged but the capture lost are a gap. A is the side that sent the first packet.',
    'Streams are numbered as in Wireshark, TCP and UDP each from 0: --stream 3 is the fourth TCP stream, --stream 3 --udp the fourth UDP one. A filter is about stream records (netwatch fields stream) and may pick the stream too.',
    'As text a line of A begins with → and one of B with ←. Raw bytes are printed as they were sent, though not on a terminal, which would obey them; give --dir too when they are to be a file of one side. Whose stream it is, and how much of it there was, is said on stderr.',
    '--all prints each stream record before the first of its segments; segments of different streams alternate as they come. From a pipe, which cannot be read twice, streams are gathered first, within --max-segments and --max-bytes each. Without --list, --all, --stream or a filter, streams are listed.',
    'Live, packets are captured as by netwatch capture, and streams are numbered from 0 as they come. A listed stream is printed when it is over: one second after both sides of TCP have finished or one has reset it, two minutes after the last datagram of UDP, or at the end. With --all a stream record comes before the first segment, as far as the stream is known then, and again, whole, when it is over. One stream is the first that is picked; it ends with it. Until a filter picks it by what is learned later, such as server_name or process, what it said is held, within --max-segments and --max-bytes.',
  ],
  operands: '',
  operandChoices: [],
  options,
  tables: [stream, segment],
  examples: [
    { line: 'netwatch follow -r file.pcap', about: 'the streams' },
    { line: 'netwatch follow -r file.pcap --stream 7', about: 'what was said in one' },
    { line: "netwatch follow -r file.pcap -f 'server_name == example.org'", about: 'picked by what it is' },
    { line: 'netwatch follow -r file.pcap --stream 7 --dir b -w page.bin', about: 'what one side sent, as it was' },
    { line: 'sudo netwatch follow -f \'process == "curl"\'', about: 'the next stream of a program, as it happens' },
    { line: 'netwatch follow -r file.pcap --all | jq -r .data', about: 'for a script' },
  ],
  tableOf: (values) => (modeOf(values) === 'print' ? segment : stream),
  formats: [tables, ...Object.values(RECORDS)],
  usualFormat: (values) => ({ list: null, records: RECORDS.ndjson, print: tables })[modeOf(values)],
  resolves: ({ resolve }) => resolve,
  runOf: ({ write }) =>
    write === null || write === '-'
      ? { kind: 'batches', interruptIsStatus: false }
      : {
          kind: 'deed',
          interruptIsStatus: false,
          async perform(context, values) {
            if (modeOf(values) !== 'print') throw usageError('--write goes with one stream, as text, hex or raw');
            const { writeStream } = await import('./follow-streams.ts');
            return writeStream(context, values, write);
          },
        },
  run: async function* (context, values, _operands, request) {
    const mode = modeOf(values);
    if (values.write !== null && mode !== 'print')
      throw usageError('--write goes with one stream, as text, hex or raw');
    if (mode === 'print' && values.sort !== null)
      throw usageError('a stream is printed in its own order, not by --sort');
    // loaded here: the code that reads packets is large, and other commands start without it
    const { followStreams } = await import('./follow-streams.ts');
    yield* followStreams(context, values, mode, request);
  },
});
