import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { section } from '../../core/record/table.ts';
import { device } from '../../core/record/tables/device.ts';
import { packet } from '../../core/record/tables/packet.ts';
import { listing } from '../listing/command.ts';
import { format } from '../listing/format.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { RECORDS, VERTICAL } from '../listing/shared-formats.ts';
import { refuseRecordOptions } from '../listing/written-format.ts';
import { flag, integer, text } from '../options/option.ts';
import { redactOptions } from '../options/redact-options.ts';
import { expectOptionsOf, repeatOptions, resolveOptions } from '../options/shared-options.ts';
import {
  liveOptions,
  packetWriteOptions,
  rotateOptions,
  sourceOptions,
  writeOptions,
} from '../packets/capture-options.ts';
import { packetRequestOf } from '../packets/packet-request.ts';
import { redactionOf } from '../packets/redaction-of.ts';
import { openPacketList, openPacketPrinter } from './packet-list.ts';
import { writeRequestOf } from './write-request.ts';

const options = {
  ...sourceOptions,
  ...expectOptionsOf({ expect: 'count(severity == error) == 0', failOn: 'severity == error' }),
  ...liveOptions,
  ...writeOptions,
  ...rotateOptions,
  ...packetWriteOptions,
  ...resolveOptions,
  ...redactOptions,
  process: text(
    'Only packets of processes with this name; a pcapng file then names the processes, as with --annotate.',
    {
      value: 'NAME',
    },
  ),
  duration: repeatOptions.duration,
  count: integer('Stop after N packets that pass the filter.', { least: 1 }, { short: 'c' }),
  devices: flag('List the interfaces that can be captured from.', { short: 'D' }),
  decode: flag('Print every layer of each packet with its fields.', { short: 'V' }),
  hex: flag('Print the bytes of each packet, in hexadecimal and as ASCII.', { short: 'x' }),
};

const tables = format<typeof options>('table', async ({ context: { stdout }, values, tableOptions }) => {
  if (values.devices) return openTableRenderer(stdout, await tableOptions());
  return values.decode || values.hex ? openPacketPrinter(stdout) : openPacketList(stdout, await tableOptions());
});

/** `netwatch capture`: the packets of a capture, one line each, or everything in them. */
export const capture = listing({
  name: 'capture',
  about: 'packets: one line each, their layers, or their bytes',
  details: [
    'Each packet is a line, live or from a capture: number, time since the first packet, length, source, destination, protocol and what it says. Packets are printed as they come in: a capture on stdin may still be growing.',
    'On a terminal, a line begins with ● for an error, ▲ for a warning and · for a note. It is red for a TCP reset or a DNS name that does not exist, cyan for the end of a connection, and yellow for a zero window, an ICMP unreachable or an HTTP error.',
    'Filters are display filters: protocols (dns), addresses (10.0.0.0/8, ip.src == 10.0.0.1), ports (port 443, tcp.port in {80, 443}), streams (stream 7), what Wireshark would flag (tcp.analysis.retransmission), any field that netwatch fields packet lists (http.request.method == POST, ip.ttl < 5), and words to search for in the summary and the payload.',
    'SIGUSR1 makes netwatch print how many packets have been captured and dropped so far; with --verbose it does so every second. The packets counted there have been written; SIGUSR2 also makes sure that they are on the disk. SIGINT, SIGTERM and SIGHUP (except under nohup) end the capture within a second, with status 0; a second one, if it does not follow at once as that of timeout(1) does, ends it without waiting.',
    'The numbers add up: every packet that the filter received was captured, dropped by the kernel, or not read by netwatch because it was still in the kernel buffer at the end. Packets that the interface dropped never reached the filter. A pcapng file holds these numbers in its interface statistics.',
    'After kill -9 a file holds every packet that was counted, and at most one incomplete packet at its end (none with --packet-buffered): netwatch capture -r torn.pcap -w whole.pcap keeps the others. With --force, netwatch writes to .NAME.PID beside the file that it will replace; after kill -9 that file is left there.',
    'Live, a separate process captures the packets. It is the only one that needs a privilege (CAP_NET_RAW), and gives it up once the interfaces are open. At the end, netwatch says how many packets were captured and how many the kernel dropped. A capture continues while its interface is down or renamed, and says so, with records of type gap where records are printed. When an interface disappears, the capture ends with status 69, or with --reconnect it waits for the interface. What was captured is kept.',
    'A user who is not root can capture with a copy of node that has the capability and that only root can change, /usr/local/lib/netwatch/sensor-node (netwatch doctor prints the commands that make it), or with an ambient capability (setpriv, AmbientCapabilities of systemd). Run with sudo, netwatch becomes the user who called sudo before it looks at a packet, and the files it writes belong to that user.',
    'With --engine tcpdump or --engine dumpcap, that tool captures, with the options of netwatch and times in nanoseconds. Everything else is the same, except that its counts come at the end, that it keeps CAP_NET_RAW while it runs (dumpcap gives it up), and that --write costs as much as --filter does. Where the pcap module was not built, netwatch uses whichever tool is installed, and says so.',
    'With --rotate-size or --rotate-time the capture is written to one file after another, named as dumpcap names them (out_00001_20260102030405.pcap); each is a complete capture. --rotate-keep removes the oldest of the files that this run wrote. If the name ends in .pcap.gz or .pcapng.gz, full files are compressed. A full disk ends a live capture with status 74, and the file holds the packets that were written completely.',
    '--process finds out which process holds the socket of each packet, as -f \'process == "NAME"\' does, and can be combined with other filters. Sockets are read at most once every 20 ms: packets that a process sends before that, or that come from a process that is gone by then, cannot be attributed to it.',
    'With --sort, all packets are collected first.',
  ],
  operands: '',
  operandChoices: [],
  options,
  tables: [packet, device],
  examples: [
    { line: 'netwatch capture -r file.pcap', about: 'every packet, one line each' },
    { line: 'sudo netwatch capture -i eth0', about: 'live, until Ctrl-C' },
    { line: "sudo netwatch capture --bpf 'port 443' -w out.pcap --duration 1m", about: 'to a file, for a minute' },
    {
      line: "netwatch capture -r file.pcap -f 'tcp and port 443 and not ip.dst == 10.0.0.0/8'",
      about: 'some of them',
    },
    { line: 'netwatch capture -r file.pcap -f dns -V', about: 'with every layer' },
    { line: 'netwatch capture -r file.pcap --json --fields time,src,dst,info', about: 'for a script' },
    {
      line: 'sudo netwatch capture --process curl -w - | wireshark -k -i -',
      about: 'what one program sends, with its name in the comments',
    },
    { line: 'sudo netwatch capture -w ring.pcapng --rotate-size 100MB --rotate-keep 10', about: 'the last gigabyte' },
    { line: "netwatch capture -r file.pcap -f 'port 53' -w dns.pcapng", about: 'some of them, as a capture' },
    { line: 'ssh host tcpdump -w - -U | netwatch capture -r -', about: 'another machine, as it happens' },
  ],
  formats: [tables, ...Object.values(RECORDS), VERTICAL],
  usualFormat: ({ decode, hex }) => (decode || hex ? tables : null),
  resolves: ({ resolve }) => resolve,
  refusesRoot: ({ devices }) => (devices ? null : '--root needs --devices'),
  redactsItself: true,
  unredacted: { devices: 'it lists devices, not packets' },
  tableOf: ({ devices }) => (devices ? device : packet),
  runOf: ({ write }) =>
    write === null
      ? { kind: 'batches', interruptIsStatus: false }
      : {
          kind: 'deed',
          interruptIsStatus: false,
          perform: async (context, values) => {
            refuseRecordOptions(values);
            const { now } = context.clock;
            const { writeCapture } = await import('./write-capture.ts');
            const { filterOf } = await import('../packets/process-filter.ts');
            const chosen = {
              packets: packetRequestOf(values),
              filter: filterOf(values, now),
              process: values.process,
              most: least(values.count, values.limit),
              redaction: await redactionOf(context, values),
            };
            return writeCapture(context, writeRequestOf({ ...values, write }, chosen));
          },
        },
  run: async function* (context, values, _operands, request) {
    if (values.devices) {
      const { readDevices } = await import('./capture-devices.ts');
      const filter = values.filter === null ? null : compileFilter(values.filter, device, context.clock.now);
      yield [
        section(
          device,
          (await readDevices(context, values.root)).filter((row) => filter === null || filter.matches(row)),
        ),
      ];
      return;
    }
    for (const name of [
      'rotate-size',
      'rotate-time',
      'rotate-keep',
      'annotate',
      'packet-buffered',
      'discard-secrets',
    ] as const) {
      if (values[name] !== null && values[name] !== false) throw usageError(`--${name} needs --write`);
    }
    const format = askedFormat(values) ?? 'table';
    if ((values.decode || values.hex) && format !== 'table') {
      throw usageError(`--${values.decode ? 'decode' : 'hex'} prints text, not ${format}`, {
        hint: 'netwatch fields packet lists what records hold',
      });
    }
    // loaded here: the code that reads packets is large, and other commands start without it
    const { listPackets } = await import('./capture-packets.ts');
    const { filterOf } = await import('../packets/process-filter.ts');
    const { decode, hex, count } = values;
    const asked = {
      packets: packetRequestOf(values),
      filter: filterOf(values, context.clock.now),
      most: count,
      decode,
      hex,
      redaction: await redactionOf(context, values),
    };
    yield* listPackets(context, asked, request);
  },
});

/** The smaller of two limits, either of which may be null. */
function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
