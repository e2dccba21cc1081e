import { usageError } from '../../core/failure.ts';
import { compileFilter } from '../../core/filter/bind.ts';
import { openTableRenderer } from '../../core/output/table-renderer.ts';
import { section } from '../../core/record/table.ts';
import { device } from '../../core/record/tables/device.ts';
import { packet } from '../../core/record/tables/packet.ts';
import { listing } from '../listing/command.ts';
import { format } from '../listing/format.ts';
import { askedFormat } from '../listing/listing-plan.ts';
import { RECORDS } from '../listing/shared-formats.ts';
import { refuseRecordOptions } from '../listing/written-format.ts';
import { flag, integer, text } from '../options/option.ts';
import { repeatOptions, resolveOptions } from '../options/shared-options.ts';
import {
  liveOptions,
  packetWriteOptions,
  rotateOptions,
  sourceOptions,
  writeOptions,
} from '../packets/capture-options.ts';
import { packetRequestOf } from '../packets/packet-request.ts';
import { openPacketList, openPacketPrinter } from './packet-list.ts';
import { writeRequestOf } from './write-request.ts';

const options = {
  ...sourceOptions,
  expect: repeatOptions.expect,
  ...liveOptions,
  ...writeOptions,
  ...rotateOptions,
  ...packetWriteOptions,
  ...resolveOptions,
  process: text('Only packets of processes with this name; a pcapng then names them, as with --annotate.', {
    value: 'NAME',
  }),
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

/** `netwatch capture`: the packets of a capture, a line each, or all that is in them. */
export const capture = listing({
  name: 'capture',
  about: 'packets: a line each, their layers, or their bytes',
  details: [
    'Every packet on a line, live or of a capture: number, time since the first, length, source, destination, protocol and what it says. Packets come out as they come in: a capture on stdin may still be growing.',
    'On a terminal a line begins with ● for an error, ▲ for a warning and · for a note, and is red for a TCP reset or a DNS name that does not exist, cyan for the end of a connection, yellow for a zero window, an ICMP unreachable or an HTTP error.',
    'Filters are display filters: protocols (dns), addresses (10.0.0.0/8, ip.src == 10.0.0.1), ports (port 443, tcp.port in {80, 443}), streams (stream 7), what Wireshark would note (tcp.analysis.retransmission), any field of the record, and words that are searched for in the summary and the payload.',
    'SIGUSR1 asks how many packets have been captured and dropped so far; with --verbose it is said every second. What is counted there has been written; SIGUSR2 asks that it be on the disk as well. SIGINT, SIGTERM and SIGHUP (but under nohup) end the capture within a second, with status 0; a second one ends it at once.',
    'The numbers reconcile: what was received by the filter was captured, dropped by the kernel, or not taken by netwatch, which is what was still in the buffer of the kernel at the end. What the interface dropped never got so far. A pcapng file holds them in its interface statistics.',
    'After kill -9 a file holds every packet that was counted, and at most one that is torn at its end (none with --packet-buffered): netwatch capture -r torn.pcap -w whole.pcap keeps the others. With --force the file that is being written is .NAME.PID beside the one it will replace; it stays there after kill -9.',
    'Live, packets are captured by a process of its own, the only one that needs a privilege (CAP_NET_RAW), which it gives up once the interfaces are open. At the end it is said how many packets were captured and how many the kernel dropped. A capture goes on while its interface is down or renamed, and says so, with records of type gap where records are printed; an interface that is gone ends it with status 69, or with --reconnect is waited for. What was captured stays.',
    'Who is not root may capture by a copy of node that has the capability and that only root can change, /usr/local/lib/netwatch/sensor-node (netwatch doctor prints the commands that make it), or by an ambient capability (setpriv, AmbientCapabilities of systemd). Run with sudo, netwatch becomes who called it before it looks at a packet, and files it writes are of that user.',
    'With --engine tcpdump or --engine dumpcap that tool captures, with the options of netwatch and times in nanoseconds; all else is the same, but its counts come at the end, it keeps CAP_NET_RAW while it runs (dumpcap gives it up), and --write costs what --filter does. Where the module pcap was not built, the tool that is installed is taken, which is said.',
    'With --rotate-size or --rotate-time the capture goes into one file after another, named as dumpcap names them (out_00001_20260102030405.pcap), each whole by itself; --rotate-keep removes the oldest of those it wrote, and with a name that ends in .pcap.gz or .pcapng.gz those that are full are packed. A disk that is full ends a live capture with status 74, and the file holds what was written whole.',
    '--process looks who holds the socket of each packet, as -f \'process == "NAME"\' does, and goes with other filters. Sockets are looked at every 20 ms at best: what a process sends before, or one that is gone by then, is not known as its own.',
    'With --sort all packets are gathered first.',
  ],
  operands: '',
  operandChoices: [],
  options,
  tables: [packet, device],
  examples: [
    { line: 'netwatch capture -r file.pcap', about: 'every packet on a line' },
    { line: 'sudo netwatch capture -i eth0', about: 'live, until Ctrl-C' },
    { line: "sudo netwatch capture --bpf 'port 443' -w out.pcap --duration 1m", about: 'into a file, for a minute' },
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
  formats: [tables, ...Object.values(RECORDS)],
  usualFormat: ({ decode, hex }) => (decode || hex ? tables : null),
  resolves: ({ resolve }) => resolve,
  refusesRoot: ({ devices }) => (devices ? null : '--root goes with --devices'),
  tableOf: ({ devices }) => (devices ? device : packet),
  runOf: ({ write }) =>
    write === null
      ? { kind: 'batches', interruptIsStatus: false }
      : {
          kind: 'deed',
          interruptIsStatus: false,
          perform: async (context, values) => {
            refuseRecordOptions(values);
            const { writeCapture } = await import('./write-capture.ts');
            const { filterOf } = await import('../packets/process-filter.ts');
            const chosen = {
              packets: packetRequestOf(values),
              filter: filterOf(values),
              process: values.process,
              most: least(values.count, values.limit),
            };
            return writeCapture(context, writeRequestOf({ ...values, write }, chosen));
          },
        },
  run: async function* (context, values, _operands, request) {
    if (values.devices) {
      const { readDevices } = await import('./capture-devices.ts');
      const filter = values.filter === null ? null : compileFilter(values.filter, device);
      yield [
        section(
          device,
          (await readDevices(context, values.root)).filter((row) => filter === null || filter.matches(row)),
        ),
      ];
      return;
    }
    for (const name of ['rotate-size', 'rotate-time', 'rotate-keep', 'annotate', 'packet-buffered'] as const) {
      if (values[name] !== null && values[name] !== false) throw usageError(`--${name} goes with --write`);
    }
    const format = askedFormat(values) ?? 'table';
    if ((values.decode || values.hex) && format !== 'table') {
      throw usageError(`--${values.decode ? 'decode' : 'hex'} prints text, not ${format}`, {
        hint: 'netwatch fields packet lists what records hold',
      });
    }
    // loaded here: the code that reads packets is large, and other commands start without it
    const { capturedPackets } = await import('./capture-packets.ts');
    const { filterOf } = await import('../packets/process-filter.ts');
    const { decode, hex, count } = values;
    const asked = { packets: packetRequestOf(values), filter: filterOf(values), most: count, decode, hex };
    yield* capturedPackets(context, asked, request);
  },
});

/** The smaller of two limits that may not be there. */
function least(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
