import { EXIT, Failure, usageError } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import { type Snapshot, section } from '../../core/record/table.ts';
import { type ConnRow, conn, SOCKET_STATES } from '../../core/record/tables/conn.ts';
import { connEvent } from '../../core/record/tables/conn-event.ts';
import { connSummary, SUMMARY_KEYS } from '../../core/record/tables/conn-summary.ts';
import { coverage } from '../../core/record/tables/meta.ts';
import type { Instant } from '../../core/socket/conn-row.ts';
import { openConnections } from '../../core/socket/connections.ts';
import type { Socket, SocketReading } from '../../core/socket/socket.ts';
import { ConnSummary, summarize } from '../../core/socket/summary.ts';
import type { Platform, SocketRequest } from '../../core/system/platform.ts';
import { processExists } from '../../platform/linux/process-state.ts';
import { readServices } from '../../platform/machine/services.ts';
import type { Context } from '../context/context.ts';
import { lesserUser } from '../context/lesser-user.ts';
import { type ListingValues, listing, type Request } from '../listing/command.ts';
import { PARTS, SNAPSHOTS } from '../listing/run.ts';
import { instantNow, instantOf, RATE_SAMPLE_MS, type Tick } from '../listing/ticks.ts';
import { choice, flag, integer, text, words } from '../options/option.ts';
import { machineOptions, resolveOptions } from '../options/shared-options.ts';
import { ebpfOptions, ebpfWish } from '../packets/ebpf-options.ts';
import type { OwnedSockets } from '../packets/leave-privileges.ts';
import { Tracing } from '../packets/tracing.ts';
import { openInput } from '../reading/open-input.ts';
import { requireInterface } from '../reading/require-interface.ts';
import { loadRecordReader, readSavedRecords, refuseLiveOptions } from '../reading/saved-records.ts';
import { openCoverageMeter } from './conn-coverage.ts';
import { CONN_FORMATS } from './conn-formats.ts';
import { compileSelection, select } from './conn-selection.ts';
import { connTotals } from './conn-totals.ts';
import type { PacketConns } from './packet-conns.ts';

/** How long a single snapshot gathers packets, or watches by eBPF. */
const GATHER_MS = 1000;
/** Below it, ticks do not wait until eBPF has told all. */
const LEAST_SETTLING_INTERVAL_MS = 1000;

const CLOSED_UNTOLD: Limit = {
  what: 'some connections that lived between two looks',
  why: 'more sockets closed than the kernel keeps news of',
  remedy: 'netwatch conns --events --interval 200ms',
};

const options = {
  tcp: flag('Only TCP.'),
  udp: flag('Only UDP.'),
  listen: flag('Only sockets that wait: LISTEN, and UDP without a peer.'),
  established: flag('Only connections in state ESTABLISHED.'),
  ipv4: flag('Only IPv4.', { short: '4' }),
  ipv6: flag('Only IPv6.', { short: '6' }),
  port: integer('Only this local or remote port.', { least: 0, most: 65_535 }),
  pid: integer('Only sockets held by this process.', { least: 1 }, { value: 'PID', offers: 'process' }),
  process: text('Only sockets of processes with this name.', { value: 'NAME' }),
  state: words('Only these states; ss spellings (estab, syn-sent) are understood.', {
    value: 'STATE,...',
    choices: SOCKET_STATES,
  }),
  user: text('Only sockets of this user, by name or uid.', { value: 'USER' }),
  interface: text(
    'Only sockets bound to this interface or to an address of it; of a capture, only what was captured on it.',
    {
      short: 'i',
      value: 'NAME',
      offers: 'interface',
    },
  ),
  events: flag('Print a record when a connection opens, changes its state or closes.'),
  summary: choice('Add connections up by this.', SUMMARY_KEYS),
  coverage: flag('Add a record that says what the snapshot does not know.'),
  packets: flag(
    'Capture meanwhile: application, server name, traffic of UDP, and flows too short or too foreign for sockets.',
  ),
  ...resolveOptions,
  ...ebpfOptions,
  ...machineOptions('a capture, or records saved with --json,'),
};
type ConnValues = ListingValues<typeof options>;

/** `netwatch conns`: sockets with process, state, counters, rates and round-trip times. */
export const conns = listing({
  name: 'conns',
  about: 'sockets with process, state, counters, rates and round-trip times',
  details: [
    'One row per socket: TCP, UDP and raw, IPv4 and IPv6, with the counters the kernel keeps for it and the process that holds it.',
    'Rates need two samples. Without --interval a second sample is taken after a quarter of a second, and only when a rate is asked for by --fields, --sort, --filter, --expect or --wait.',
    'With -r of a capture there is one row per flow, told from the side that opened it: local is who sent the SYN, or the first packet. What only a machine knows, such as processes and queues, is null.',
    'With --packets what passes the interfaces is captured while it runs (needs CAP_NET_RAW): connections have app and server_name, UDP has bytes and packets, counted since netwatch began, with source capture, and each flow of a socket without a peer is a row of its own, as are forwarded flows and connections that lived too briefly to be seen as sockets, which are listed once, in state CLOSE. TCP keeps the counters of the kernel. A single snapshot gathers packets for a second.',
    'Where the owner cannot be told, pid and process are null and the attribution field gives the reason.',
    'Watched by eBPF (--ebpf; by itself in runs of five seconds and more, as root and with bpftrace), sockets that keep no counters get bytes from when they were watched on (source ebpf), and processes are known that were gone before a look (attribution ebpf). A single snapshot with --ebpf watches for a second, then prints.',
    '-o prometheus adds sockets up by protocol, state and process: netwatch_conns counts them, netwatch_conns_receive_bytes and the like are sums over those that are open now. A hundred processes have series of their own, all others are process="(others)". -o markdown is a table to paste into an issue.',
  ],
  operands: '',
  operandChoices: [],
  options,
  repeats: true,
  watches: ({ events }) => events,
  firstTickIsStart: ({ events }) => events,
  resolves: ({ resolve }) => resolve,
  formats: CONN_FORMATS,
  runOf: ({ read }) => (read === null ? SNAPSHOTS : PARTS),
  tables: [conn, connEvent, connSummary, coverage],
  examples: [
    { line: 'netwatch conns', about: 'every socket, once' },
    { line: 'netwatch conns --json | jq -r .remote_addr', about: 'for a script' },
    { line: 'netwatch conns --listen --fields local_addr,local_port,process', about: 'who listens' },
    { line: "netwatch conns -f 'rtt_ms > 100' --sort rtt_ms:desc", about: 'slow paths' },
    { line: 'netwatch conns --interval 1 --sort rx_rate:desc --limit 10', about: 'who receives most, every second' },
    {
      line: 'sudo netwatch conns --packets --interval 1',
      about: 'with applications, server names and the traffic of UDP',
    },
    { line: 'sudo netwatch conns --events --ebpf', about: 'every connection, however short, with its process' },
    { line: 'netwatch conns -r file.pcap --sort rx_bytes:desc', about: 'the flows of a capture' },
    { line: 'netwatch conns -o markdown --fields process,remote_addr,rtt_ms', about: 'to paste into an issue' },
    { line: "netwatch conns --expect 'count(state == CLOSE_WAIT) < 50'", about: 'a check for cron' },
  ],
  tableOf: (values) => (values.events ? connEvent : values.summary !== null ? connSummary : conn),
  run: (context, values, _operands, request) =>
    values.read === null ? runLive(context, values, request) : runSaved(context, values, values.read, request),
});

/** The same questions of records saved earlier, or of the flows of a capture. Events and coverage need a machine that is watched. */
async function* runSaved(
  context: Context,
  values: ConnValues,
  file: string,
  request: Request,
): AsyncGenerator<Snapshot> {
  refuseLiveOptions(values, ['events', 'coverage', 'packets', 'netns', ...Object.keys(ebpfOptions)]);
  const keepSaved = compileSelection(values);
  // loaded here: the code that reads packets is large, and live connections start without it
  const loadCaptureReader = () => import('./captured-conns.ts');
  const input = await openInput(context, file, values, async (isCapture) => {
    if (isCapture !== false) await loadCaptureReader();
    if (isCapture !== true) await loadRecordReader();
  });
  // packets know where they were captured, their flows do not
  const keep = input.isCapture ? compileSelection({ ...values, interface: null }) : keepSaved;
  const summary = values.summary === null ? null : new ConnSummary(values.summary);
  let time: string | null = null;
  const batches = input.isCapture
    ? (await loadCaptureReader()).readCapturedConns(context, file, input.source, values, request)
    : readSavedRecords(context, file, conn, input);
  for await (const batch of batches) {
    const rows = select(batch as readonly ConnRow[], keep);
    if (summary === null) yield [section(conn, rows)];
    else {
      for (const row of rows) {
        time ??= row.time;
        summary.add(row);
      }
    }
  }
  if (summary === null) return;
  yield [section(connSummary, summary.rows(time ?? ''))];
  if (summary.left > 0)
    await request.missed({ what: 'connection', iface: null, dropped: summary.left, reason: GROUPS, fate: 'left out' });
}

const GROUPS = 'there were too many groups to add them all up';

async function* runLive(context: Context, values: ConnValues, request: Request): AsyncGenerator<Snapshot> {
  if (values.events && (values.summary !== null || values.coverage)) {
    throw usageError('--events excludes --summary and --coverage');
  }
  if (values.packets && (values.netns !== null || values.root !== null)) {
    throw usageError('--packets is about the network of this machine: it excludes --netns and --root');
  }
  const keep = compileSelection(values);
  const platform = await context.openPlatform({ root: values.root, netns: values.netns });
  await checkNames(platform, values);
  const serviceOf = request.wanted.has('service') ? readServices(platform.host) : () => null;
  const needsRates = ['rx_rate', 'tx_rate'].some((field) => request.asked.has(field)) || values.coverage;
  const tracing = await Tracing.open(context, platform, ebpfWish(values, lastsMs(values, request)), {
    keepsEnded: values.events,
    verbose: values.verbose,
  });
  const sockets: SocketRequest = {
    protocols: protocolsOf(values),
    owners: true,
    closed: values.events,
    processDetails: ['cmdline', 'cgroup', 'container'].some((field) => request.wanted.has(field)),
  };
  const owned = values.packets ? await openPacketSockets(context, platform) : null;
  const source = owned === null ? platform.openSockets(sockets) : await owned.open(sockets);
  const engine = openConnections(serviceOf, request.repeating);
  const meter = values.coverage ? openCoverageMeter(platform) : null;
  // before privileges are given up
  if (values.packets) tracing.begin();
  const packets = owned === null ? null : await openPackets(context, platform, values, tracing, owned);
  const sample = async (at: Instant): Promise<void> => {
    await meter?.beforeSample(at);
    // flows of packets are rows of their own: counters of their sockets would count them twice
    const read = async (): Promise<SocketReading> => tracing.add(await source.read(), packets === null);
    const reading = await (packets === null ? read() : packets.join(read));
    request.limited(reading.limits);
    engine.ingest(reading, at);
  };
  const gathers = !request.repeating && (packets !== null || tracing.isOn);
  const sampleMs = gathers ? GATHER_MS : needsRates ? RATE_SAMPLE_MS : null;
  const settles = values.ebpf || (values.interval ?? 1000) >= LEAST_SETTLING_INTERVAL_MS;
  const look = async (tick: Tick): Promise<Snapshot> => {
    let instant = instantOf(tick);
    let mark = tracing.mark();
    // what closes while sockets are read is told by both
    const closed = values.events ? source.readClosed() : null;
    const closedAt = tracing.mark();
    await sample(instant);
    if (tick.number === 0 && sampleMs !== null) {
      await context.clock.sleep(sampleMs, context.signal);
      if (!request.repeating) await tracing.settled();
      instant = instantNow(context.clock);
      mark = tracing.mark();
      await sample(instant);
    }
    if (closed !== null) {
      const meanwhile = source.readClosed();
      const meanwhileAt = tracing.mark();
      if (!(closed.whole && meanwhile.whole) && !tracing.isOn) request.limited([CLOSED_UNTOLD]);
      // what they moved, and who they were of, is told a moment later
      if (tick.number > 0 && settles) await tracing.settled();
      const joined = (sockets: readonly Socket[]) => (packets === null ? sockets : packets.closedOf(sockets));
      const ended = tracing.ended(joined(closed.sockets), mark, closedAt);
      const late = new Set(tracing.ended(joined(meanwhile.sockets), 0, meanwhileAt));
      const events = engine.events([...ended, ...late], (socket) => late.has(socket), tracing.ownerOfEnded);
      return [section(connEvent, select(events, keep))];
    }
    const rows = select(engine.rows(), keep);
    if (values.summary !== null) return [section(connSummary, summarize(rows, values.summary, instant.time))];
    if (meter === null) return [{ ...section(conn, rows), headline: connTotals }];
    const measured = await meter.row(engine.rows(), tick.missed, packets?.counts() ?? null);
    return [section(conn, rows), section(coverage, [measured])];
  };
  let looks = 0;
  try {
    for await (const tick of request.ticks) {
      looks++;
      yield await look(tick);
      request.limited(tracing.limits());
      tracing.begin();
    }
    // what came and went since the last tick
    if (values.events && context.signal.aborted && looks > 0) {
      yield await look({ at: context.clock.now(), monotonic: context.clock.monotonic(), number: looks, missed: 0 });
    }
  } finally {
    tracing.kill();
    await packets?.close();
    source.close();
    owned?.close();
  }
}

/** To capture takes the privileges of this process away; the sockets then need another, which is one for all who ask. */
async function openPacketSockets(context: Context, platform: Platform): Promise<OwnedSockets> {
  const { openOwnedSockets } = await import('../packets/leave-privileges.ts');
  return openOwnedSockets(platform, platform.isPrivileged() ? { becomes: lesserUser(context.env) } : null);
}

/** Loaded here: the code that reads packets is large, and connections start without it. */
async function openPackets(
  context: Context,
  platform: Platform,
  values: ConnValues,
  tracing: Tracing,
  owned: OwnedSockets,
): Promise<PacketConns> {
  const { openPacketConns } = await import('./packet-conns.ts');
  const { interface: name, quiet, verbose, events } = values;
  const tellsClosed = events && platform.name === 'linux';
  try {
    const packetValues = { read: null, interface: name, quiet, verbose };
    return await openPacketConns(context, platform, packetValues, tellsClosed, tracing.trace, owned);
  } catch (error) {
    tracing.kill();
    throw error;
  }
}

/** How long the run will be; null without an end. One that waits for something is over when it comes. */
function lastsMs({ interval, count, duration, wait }: ConnValues, { repeating }: Request): number | null {
  if (!repeating || wait !== null) return 0;
  const counted = count === null ? null : (count - 1) * (interval ?? 1000);
  return counted === null || duration === null ? (counted ?? duration) : Math.min(counted, duration);
}

function protocolsOf(values: ConnValues): ReadonlySet<Socket['proto']> | null {
  if (!values.tcp && !values.udp) return null;
  const protocols = new Set<Socket['proto']>();
  if (values.tcp) protocols.add('tcp');
  if (values.udp) protocols.add('udp');
  return protocols;
}

/** A process or interface that does not exist is an error, not an empty answer. */
async function checkNames(platform: Platform, values: ConnValues): Promise<void> {
  if (
    values.pid !== null &&
    platform.name === 'linux' &&
    platform.host.readIfAny(`/proc/${values.pid}/stat`) === null &&
    // it may be one that /proc hides
    !(platform.host.root === null && processExists(values.pid))
  ) {
    throw new Failure(EXIT.noInput, `no process ${values.pid}`);
  }
  if (values.user !== null && !/^[0-9]+$/.test(values.user) && !isUser(platform, values.user)) {
    throw new Failure(EXIT.noInput, `no user "${values.user}" in /etc/passwd`, { hint: 'a uid is understood too' });
  }
  if (values.interface !== null) await requireInterface(platform, values.interface);
}

/** macOS keeps its users elsewhere. */
function isUser(platform: Platform, name: string): boolean {
  const passwd = platform.name === 'linux' ? platform.host.readIfAny('/etc/passwd') : null;
  return passwd === null || passwd.split('\n').some((line) => line.startsWith(`${name}:`));
}
