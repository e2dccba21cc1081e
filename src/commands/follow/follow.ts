import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { segment } from '../../core/record/tables/segment.ts';
import { stream } from '../../core/record/tables/stream.ts';
import { listing } from '../listing/command.ts';
import { format } from '../listing/format.ts';
import { RECORDS } from '../listing/shared-formats.ts';
import { refuseRawTerminal } from '../packets/raw-output.ts';
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
  options: followOptions,
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
            const asked = followRequestOf(values);
            const { writeStream } = await import('./write-stream.ts');
            return writeStream(context, asked, write, values.force);
          },
        },
  run: async function* (context, values, _operands, request) {
    const asked = followRequestOf(values);
    if (asked.mode === 'print' && asked.format === 'raw') refuseRawTerminal(context, 'a stream');
    // loaded here: the code that reads packets is large, and other commands start without it
    const { followStreams } = await import('./follow-streams.ts');
    yield* followStreams(context, asked, request);
  },
});
