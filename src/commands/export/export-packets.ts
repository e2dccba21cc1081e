import { packet } from '../../core/record/tables/packet.ts';
import { openPacketList } from '../capture/packet-list.ts';
import { writeRequestOf } from '../capture/write-request.ts';
import type { Context } from '../context/context.ts';
import { type Command, type ListingCommand, type ListingValues, listing } from '../listing/command.ts';
import { format } from '../listing/format.ts';
import { RECORDS } from '../listing/shared-formats.ts';
import { recordFormatOf, refuseRecordOptions } from '../listing/written-format.ts';
import { redactOptions } from '../options/redact-options.ts';
import { packetOptions, requireCapture, writeOptions } from '../packets/capture-options.ts';
import { packetRequestOf } from '../packets/packet-request.ts';
import { redactionOf } from '../packets/redaction-of.ts';

const options = { ...packetOptions, ...writeOptions, ...redactOptions };

const packets = format('table', async ({ context, tableOptions }) =>
  openPacketList(context.stdout, await tableOptions()),
);

/** `netwatch export packets`: a part of a capture, as a capture or as records. */
export const exportPackets: Command = listing({
  name: 'export packets',
  about: 'part of a capture, as a capture or as records',
  details: [
    'With -w, export packets writes the packets of a capture that match a display filter to another capture. Link types, lengths on the wire, units of time, all comments and options of the capture, its interfaces and packets, keys, names of addresses, journal entries and custom blocks are kept where the format has room for them. Keys are the secrets of TLS sessions: whoever gets the file reads what these sessions said; --discard-secrets leaves them out. Without -w it prints the packets as records. A file whose name ends in .ndjson, .json, .tsv, .csv or .parquet also holds records, and so does a file whose name is not that of a capture when --output names a record format.',
    'With --redact, addresses (ips), host names (hosts) and addresses of network cards (macs) become others, in the capture and in records. Two addresses that share their first bits share as many afterwards (Crypto-PAn), and private, loopback, link-local and multicast addresses stay what they are; names keep their length and what suffixes they share; cards become locally administered. The same happens to addresses and names in ARP, ICMP errors, neighbour discovery, tunnels (GRE, VXLAN, GENEVE, GTP, IP in IP, MPLS, PPPoE), DNS, hellos of TLS and heads of HTTP. Whatever else applications say is cut off, because it cannot be shown to be clean; payload cuts them, too. So are frames of link types other than Ethernet, Linux cooked, loopback, PPP and IP; fragments are filled up with zeros. Checksums are right afterwards, for zeros in place of what was cut.',
    'What remains: times, lengths on the wire, ports, flags, sequence numbers and time stamps of TCP, TTLs and identifiers of IP, VLANs, types and codes, and what of TLS and DNS is numbers. Who knows some of the traffic may recognise it by these. Comments, names of interfaces and of addresses, keys, journal entries and custom blocks are left out; interfaces have numbers for names. Without --redact-key, a key is made for the run and forgotten.',
    'A file is created so that only its owner can read it, and never replaces another without --force; a run that fails leaves no file. With sudo, the file belongs to the user who called sudo if that user could have created it there, and otherwise to root.',
  ],
  operands: '',
  operandChoices: [],
  options,
  tables: [packet],
  examples: [
    { line: "netwatch export packets -r all.pcap -f 'tcp and port 443' -w tls.pcap", about: 'some of a capture' },
    { line: 'netwatch export packets -r all.pcapng -f dns --json', about: 'as records' },
    { line: 'netwatch export packets -r all.pcap -w all.pcapng', about: 'in another format' },
    {
      line: 'netwatch export packets -r all.pcap --redact ips,hosts,macs,payload -w clean.pcap',
      about: 'for others to look at',
    },
    { line: 'netwatch export packets -r all.pcap --fields all -w all.csv', about: 'for a spreadsheet' },
  ],
  tableOf: () => packet,
  redactsItself: true,
  formats: [packets, ...Object.values(RECORDS)],
  runOf: (values) => {
    const { write } = values;
    // records on stdout are what it prints anyway
    return write === null || (write === '-' && recordFormatOf(values, write) !== null)
      ? { kind: 'batches', interruptIsStatus: true }
      : {
          kind: 'deed',
          interruptIsStatus: true,
          perform: (context, given, operands) => writePackets(context, given, operands, write),
        };
  },
  run: async function* (context, values, _operands, request) {
    requireCapture('export packets', values.read);
    const { listPackets } = await import('../capture/capture-packets.ts');
    const { filter } = values;
    const redaction = await redactionOf(context, values);
    const asked = { packets: packetRequestOf(values), filter, most: null, decode: false, hex: false, redaction };
    yield* listPackets(context, asked, request);
  },
});

/**
 * Writes packets to a capture file, or to a file of records if its name or a format says so; returns the exit status.
 */
async function writePackets(
  context: Context,
  values: ListingValues<typeof options>,
  operands: readonly string[],
  name: string,
): Promise<number> {
  const read = requireCapture('export packets', values.read);
  const format = recordFormatOf(values, name);
  if (format !== null) {
    const { writeRecords } = await import('./write-records.ts');
    const { force } = values;
    return writeRecords(exportPackets as ListingCommand, context, values, operands, { name, force, format });
  }
  refuseRecordOptions(values);
  const { writeCapture } = await import('../capture/write-capture.ts');
  const { filter, limit: most } = values;
  const redaction = await redactionOf(context, values);
  const chosen = { packets: packetRequestOf({ ...values, read }), filter, process: null, most, redaction };
  return writeCapture(context, writeRequestOf({ ...values, write: name }, chosen));
}
