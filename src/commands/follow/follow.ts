import { usageError } from '../../core/failure.ts';
import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { segment } from '../../core/record/tables/segment.ts';
import { stream } from '../../core/record/tables/stream.ts';
import { refuseRawTerminal } from '../context/raw-output.ts';
import { type ListingValues, listing } from '../listing/command.ts';
import { format } from '../listing/format.ts';
import { RECORDS, VERTICAL } from '../listing/shared-formats.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { followOptions } from './follow-options.ts';
import { followRequestOf, modeOf } from './follow-request.ts';
import { openStreamPrinter } from './stream-printer.ts';

const tables = format<typeof followOptions>('table', async ({ context: { stdout }, values, tableOptions }) =>
  modeOf(values) === 'print'
    ? openStreamPrinter(stdout, await tableOptions())
    : openTableRenderer(stdout, await tableOptions()),
);

/** `netwatch follow`: what the two sides of a connection said. */
export const follow = listing({
  name: 'follow',
  about: 'reassembled conversations: what both sides of a TCP or UDP stream said',
  details: [
    'A stream is followed in sequence order: retransmitted or duplicate bytes are shown once, bytes that arrived early wait for those before them, and bytes that the other side acknowledged but the capture lost are a gap. A is the side that sent the first packet.',
    'Streams are numbered as in Wireshark, TCP and UDP each from 0: --stream 3 is the fourth TCP stream, --stream 3 --udp the fourth UDP one. A filter applies to stream records (netwatch fields stream) and can also pick the stream.',
    'As text, a line from A begins with → and a line from B with ←. Raw bytes are printed as they were sent, but not on a terminal, which would obey them; add --dir to get a file of what one side sent. stderr says whose stream it is, and how long it was.',
    '--all prints each stream record before its first segment; segments of different streams are mixed, in the order they come. A pipe cannot be read twice, so its streams are collected first, each within --max-segments and --max-bytes. Without --list, --all, --stream or a filter, streams are listed.',
    'With --tls, a stream is what its two sides sent inside TLS over TCP, record by record, decrypted with --keylog or the secrets that a pcapng file holds; streams without TLS are left out. What stays encrypted is said on stderr with its reason; if that is the whole of one stream, the exit status is 66.',
    'Live, packets are captured as with netwatch capture, and streams are numbered from 0 as they come. A listed stream is printed when it is over: one second after both sides of TCP have finished or one side has reset it, two minutes after the last UDP datagram, or at the end. With --all, a stream record is printed before the first segment, with what is known by then, and again, complete, when the stream is over. When one stream is followed, it is the first one picked, and the run ends with it. A filter may need something that is learned later, such as server_name or process; until it picks a stream, what that stream said is held, within --max-segments and --max-bytes.',
    REDACTED_RECORDS,
  ],
  operands: '',
  operandChoices: [],
  options: followOptions,
  tables: [stream, segment],
  examples: [
    { line: 'netwatch follow -r file.pcap', about: 'the streams' },
    { line: 'netwatch follow -r file.pcap --stream 7', about: 'what was said in one stream' },
    { line: "netwatch follow -r file.pcap -f 'server_name == example.org'", about: 'picked by its server name' },
    { line: 'netwatch follow -r file.pcap --stream 7 --dir b -w page.bin', about: 'what one side sent, unchanged' },
    { line: 'netwatch follow -r file.pcap --keylog keys.log --stream 7 --tls', about: 'what it said inside TLS' },
    { line: 'sudo netwatch follow -f \'process == "curl"\'', about: 'the next stream of a program, as it happens' },
    { line: 'netwatch follow -r file.pcap --all | jq -r .data', about: 'for a script' },
  ],
  tableOf: (values) => (modeOf(values) === 'print' ? segment : stream),
  formats: [tables, ...Object.values(RECORDS), VERTICAL],
  usualFormat: (values) => ({ list: null, records: RECORDS.ndjson, print: tables })[modeOf(values)],
  resolves: ({ resolve }) => resolve,
  runOf: (values) => {
    if (values.redact !== null && modeOf(values) !== 'list')
      throw usageError('--redact is for the list of streams: what a stream said cannot be redacted', {
        hint: '--list',
      });
    const { write } = values;
    return write === null || write === '-'
      ? { kind: 'batches', interruptIsStatus: false }
      : {
          kind: 'deed',
          interruptIsStatus: false,
          async perform(context, values) {
            refuseClaims(values);
            const asked = followRequestOf(values, context.clock.now);
            const { writeStream } = await import('./write-stream.ts');
            return writeStream(context, asked, write, values.force);
          },
        };
  },
  run: async function* (context, values, _operands, request) {
    const asked = followRequestOf(values, context.clock.now);
    if (asked.mode === 'print' && asked.format === 'raw') refuseRawTerminal(context, 'a stream');
    // loaded here: the code that reads packets is large, and other commands start without it
    const { followStreams } = await import('./follow-streams.ts');
    yield* followStreams(context, asked, request);
  },
});

/** What is written is judged by nobody. Throws Failure 64. */
function refuseClaims(values: ListingValues<typeof followOptions>): void {
  for (const name of ['expect', 'fail-on'] as const) {
    if (values[name] !== null)
      throw usageError(`--${name} applies to records that are printed, not to a stream that --write saves`);
  }
}
