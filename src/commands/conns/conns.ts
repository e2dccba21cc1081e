import { conn } from '../../core/record/tables/conn.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import { connSummary } from '../../core/record/tables/conn-summary.ts';
import { coverage } from '../../core/record/tables/meta.ts';
import { listing } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { NOTHING } from '../listing/shared-formats.ts';
import { REDACTED_RECORDS } from '../options/redact-options.ts';
import { ebpfOptions } from '../packets/ebpf-options.ts';
import { refuseLiveOptions } from '../reading/saved-records.ts';
import { CONN_FORMATS } from './conn-formats.ts';
import { connOptions } from './conn-options.ts';
import { liveRequestOf, savedRequestOf } from './conn-request.ts';
import { historyOf } from './event-history.ts';
import { runLive } from './live-conns.ts';
import { runSaved } from './saved-conns.ts';

/** `netwatch conns`: sockets with process, state, counters, rates and round-trip times. */
export const conns = listing({
  name: 'conns',
  about: 'sockets with process, state, counters, rates and round-trip times',
  details: [
    'One row per socket: TCP, UDP and raw, IPv4 and IPv6, with the counters that the kernel keeps for it and the process that holds it.',
    'Rates need two samples. Without --interval a second sample is taken after a quarter of a second, but only when --fields, --sort, --filter, --expect, --fail-on or --wait uses a rate.',
    'When -r names a capture, there is one row per flow, seen from the side that opened it: local is the side that sent the SYN, or else the first packet. What only a machine knows, such as processes and queues, is null. Which flows are of one QUIC connection, or inside which tunnel, netwatch stats --by quic and --by tunnels tell.',
    'With --packets, netwatch also captures what passes the interfaces (needs CAP_NET_RAW). Connections then have app and server_name. UDP has bytes and packets, counted since netwatch began, with source capture. Each flow of a socket without a peer is a row of its own. So are forwarded flows, and connections that were too short to be seen as sockets; these are listed once, in state CLOSE. TCP keeps the counters of the kernel. A single snapshot collects packets for a second.',
    'An MPTCP connection and each TCP subflow that carries it are rows of their own (--mptcp: in that order), which share mptcp_token. Bytes of subflows are rx_bytes and tx_bytes; those of the connection are mptcp_rx_bytes and mptcp_tx_bytes, so that no sum has them twice. --summary subflow says what share of its session each path carries.',
    'Where the owner is unknown, pid and process are null and the attribution field gives the reason.',
    'With eBPF, bytes are also counted for sockets that have no counters, from the moment they are watched (source ebpf), and processes that are gone before a snapshot are known too (attribution ebpf). --ebpf requires eBPF; runs of five seconds and more use it by default, as root and with bpftrace installed. A single snapshot with --ebpf watches for a second, then prints.',
    '--events --append FILE keeps a history: each event on a line, added under a lock by one write for each look, so that several runs may do so at once. The file is readable only by its owner, links are refused, and when it reaches --append-max it becomes FILE.1. netwatch export history sums it up.',
    '-o prometheus totals sockets by protocol, state and process: netwatch_conns counts them, and netwatch_conns_receive_bytes and the like are sums over those that are open now. A hundred processes have series of their own; all others are counted under process="(others)". -o markdown is a table to paste into an issue.',
    REDACTED_RECORDS,
  ],
  operands: '',
  operandChoices: [],
  options: connOptions,
  repeats: true,
  watches: ({ events }) => events,
  firstTickIsStart: ({ events }) => events,
  resolves: ({ resolve }) => resolve,
  refusesRoot: ({ read }) => (read === null ? null : '--root cannot be used with --read'),
  unredacted: { append: 'a history keeps what happened, and export history --redact hands it on' },
  formats: CONN_FORMATS,
  usualFormat: ({ append }) => (append === null ? null : NOTHING),
  runOf: ({ read }) => (read === null ? SNAPSHOTS : PARTS),
  tables: [conn, connEvent, connSummary, coverage],
  examples: [
    { line: 'netwatch conns', about: 'every socket, once' },
    { line: 'netwatch conns --json | jq -r .remote_addr', about: 'for a script' },
    { line: 'netwatch conns --listen --fields local_addr,local_port,process', about: 'what is listening' },
    { line: "netwatch conns -f 'rtt_ms > 100' --sort rtt_ms:desc", about: 'slow paths' },
    {
      line: 'netwatch conns --interval 1 --sort rx_rate:desc --limit 10',
      about: 'the busiest receivers, every second',
    },
    {
      line: 'sudo netwatch conns --packets --interval 1',
      about: 'with applications, server names and UDP traffic',
    },
    { line: 'sudo netwatch conns --events --ebpf', about: 'every connection, however short, with its process' },
    { line: 'netwatch conns --events --append conns.ndjson', about: 'a history, for netwatch export history' },
    {
      line: 'netwatch conns --mptcp --fields mptcp_token,mptcp_role,local_addr,remote_addr,iface,rx_bytes,tx_bytes',
      about: 'MPTCP connections with their subflows',
    },
    {
      line: 'netwatch conns --mptcp --summary subflow --fields session,key,share_pct,rx_bytes,tx_bytes',
      about: 'the share of each path',
    },
    { line: 'netwatch conns -r file.pcap --sort rx_bytes:desc', about: 'the flows in a capture' },
    { line: 'netwatch conns --summary pid --fields key,processes,conns,rtt_p95_ms', about: 'totals of each process' },
    {
      line: "netwatch conns --fail-on 'p95(rtt_ms) > 50'",
      about: 'an exit status: more than one path in twenty is slow',
    },
    { line: 'netwatch conns -o markdown --fields process,remote_addr,rtt_ms', about: 'to paste into an issue' },
    { line: "netwatch conns --expect 'count(state == CLOSE_WAIT) < 50'", about: 'a check for cron' },
  ],
  tableOf: (values) => (values.events ? connEvent : values.summary !== null ? connSummary : conn),
  run: async function* (context, values, _operands, request) {
    if (values.read !== null) {
      refuseLiveOptions(values, [...LIVE_ALONE, ...Object.keys(ebpfOptions)]);
      yield* runSaved(context, savedRequestOf(values, values.read), request);
      return;
    }
    const history = historyOf(values, context.clock.now);
    if (history === null) {
      yield* runLive(context, liveRequestOf(values, request), request);
      return;
    }
    // a history has every field, whatever is printed
    const asked = liveRequestOf(values, { ...request, wanted: new Set(Object.keys(connEvent.fields)) });
    const { appendEvents } = await import('./append-events.ts');
    yield* appendEvents(context, runLive(context, asked, request), history);
  },
});

/** Options of a live machine, besides those of all commands. */
const LIVE_ALONE = ['events', 'append', 'append-max', 'coverage', 'packets', 'netns'];
