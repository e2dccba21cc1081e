import type { CaptureReader } from '../core/capture/capture-reader.ts';
import type { CaptureFormat } from '../core/capture/capture-writer.ts';
import { openCaptureReader } from '../core/capture/open-capture-reader.ts';
import { FlowOwners } from '../core/connection/flow-owners.ts';
import { usageError } from '../core/failure.ts';
import { formatNumberOf, formatSeconds } from '../core/output/units.ts';
import type { OutputFile } from '../platform/capture-output.ts';
import type { Platform, SocketSource } from '../platform/platform.ts';
import { chooseEngine, PACKAGES } from '../platform/sensor/engines.ts';
import { type Absence, openLastingSensor } from '../platform/sensor/lasting-sensor.ts';
import type { DeviceCounts, SensorOrder } from '../platform/sensor/messages.ts';
import { openSensor, type Sensor, type SensorEvents } from '../platform/sensor/open-sensor.ts';
import { openTool } from '../platform/sensor/open-tool.ts';
import { defaultDevice } from './capture-devices.ts';
import { CaptureGaps } from './capture-gaps.ts';
import type { Context } from './context.ts';
import { ebpfWish } from './ebpf-options.ts';
import { becomeUnprivileged, bothOf, openOwnedSockets } from './leave-privileges.ts';
import { lesserUser } from './lesser-user.ts';
import { devicesOf, type PacketSource, type PacketUse, type PacketValues } from './packet-source.ts';
import { Tracing } from './tracing.ts';

/** As tcpdump: no packet is longer. */
const SNAP_LENGTH = 262_144;
const BUFFER_BYTES = 16 * 1024 * 1024;
/**
 * How long packets may wait in the kernel: who watches sees them at once, a file need not. The kernel hands over blocks
 * that are as long as the longest packet, full or not, so that the buffer holds 64 of them (libpcap, TPACKET_V3): by 20 ms
 * each, a reader that halts for 1.3 s loses packets, however few there are.
 */
const WATCHED_MS = 20;
const COUNTED_MS = 100;
const FILE_MS = 250;
/** What is read at once. Events wait while its packets are printed: under a flood 50 to 112 ms with 1 MiB, 44 to 68 ms so. */
const CHUNK = 256 * 1024;

/** A capture under way, and what ends it. */
interface Session {
  readonly sensor: Sensor;
  readonly gaps: CaptureGaps;
  /** Where sockets are read when somebody asks for processes. */
  readonly sockets: SocketSource | null;
  /** Says what was counted. Rejects with a Failure when the capture came to an end that nobody asked for. */
  conclude(): Promise<void>;
  /** Packets are counted by who reads them. */
  countBy(captured: () => number): void;
  readonly devices: readonly string[];
}

/** What a capture is begun with, beside its options. */
interface Beginning extends Pick<SensorOrder, 'format' | 'most' | 'gatherMs'> {
  /** The file that the sensor writes; null for packets that come here. */
  readonly fd: number | null;
  readonly asksOwners: boolean;
}

/**
 * Captures from the interfaces that are named, or from the one with the default route, until it is interrupted or the
 * duration is over. Starts all that needs a privilege, and then has none. Rejects with a Failure 64, 66, 69 or 77.
 */
async function begin(
  context: Context,
  platform: Platform,
  values: PacketValues,
  { format, most, fd, asksOwners, gatherMs }: Beginning,
): Promise<Session> {
  const devices = devicesOf(values) ?? [await defaultDevice(platform)];
  const { file: node, ignored, grant } = platform.findSensorNode();
  if (ignored !== null && !values.quiet) context.say(ignored);
  const order: SensorOrder = {
    system: platform.name,
    devices,
    bpf: values.bpf ?? '',
    snapLength: values.snaplen ?? SNAP_LENGTH,
    bufferBytes: values.buffer ?? BUFFER_BYTES,
    promiscuous: values['no-promisc'] !== true,
    format,
    gatherMs,
    most,
    packetBuffered: values['packet-buffered'] === true,
    continues: null,
    user: lesserUser(context.env),
    sandbox: values.sandbox ?? 'on',
    ...{ node, grant },
  };
  const lasts = values.reconnect === true;
  const engine = chooseEngine(values.engine ?? null);
  if (engine !== 'pcap' && lasts) throw usageError(`--reconnect needs --engine pcap, not ${engine}`);
  if (engine !== 'pcap' && values.engine !== engine && !values.quiet) {
    context.say(`the module pcap was not built: ${engine} captures in its place`);
  }
  const drops = order.sandbox !== 'off' && platform.isPrivileged();
  if (order.sandbox === 'off') context.say('--sandbox off: the process that captures keeps its user and privileges');
  const gaps = new CaptureGaps(values.quiet ? () => {} : context.say);
  const events: SensorEvents = {
    changed: (device, change) => gaps.change(device, change),
    stopped: (pid, isStopped) =>
      gaps.note(
        isStopped
          ? `the process that captures is stopped, and packets will be missed: kill -CONT ${pid}`
          : 'the process that captures goes on',
      ),
  };
  const open = (): Promise<Sensor> => {
    if (engine !== 'pcap') return openTool(order, engine, platform.installCommand(PACKAGES[engine]), events);
    if (lasts) return openLastingSensor(order, fd, events, absenceOf(context, platform, gaps));
    return openSensor(order, fd, events);
  };
  const [sensor, sockets] = await bothOf(
    open(),
    asksOwners ? openOwnedSockets(platform, drops ? { becomes: order.user } : null) : null,
  );
  if (drops) await becomeUnprivileged(platform, order.user, sensor, lasts);
  // from here on this process is unprivileged: packets are dissected by who may do no more than who called sudo
  const { signal } = context;
  signal.addEventListener('abort', sensor.stop, { once: true });
  if (signal.aborted) sensor.stop();
  const over = new AbortController();
  if (values.duration !== null && values.duration !== undefined) {
    void context.clock.sleep(values.duration, over.signal).then(sensor.stop);
  }
  if (!values.quiet) context.say(`capturing on ${devices.join(', ')}`);
  let captured = sensor.captured;
  const report = (): void => {
    // the sensor took them, and whoever reads here did not
    const unread = sensor.captured() - captured();
    const parts = [`${formatNumberOf(captured(), 'packet')} captured`, ...sensor.counts().map(describe)];
    context.say([...parts, ...(unread > 0 ? [`${unread} more not read`] : [])].join('; '));
  };
  const unasked = context.onStatusAsked(report);
  if (values.verbose === true) void everySecond(context, over.signal, report);
  return {
    sensor,
    gaps,
    sockets,
    devices,
    countBy(own) {
      captured = own;
    },
    async conclude() {
      try {
        await sensor.ended;
      } finally {
        over.abort();
        unasked();
        signal.removeEventListener('abort', sensor.stop);
        if (!values.quiet) report();
      }
    },
  };
}

/** Between two looks whether an interface is there again. */
const RETURN_MS = 250;

/** Waits for an interface that was gone. */
function absenceOf({ clock }: Context, platform: Platform, gaps: CaptureGaps): Absence {
  const since = new Map<string, number>();
  return {
    async appears(device, signal) {
      for (;;) {
        await clock.sleep(RETURN_MS, signal);
        if (signal.aborted || (await platform.readInterfaces()).rows.some(({ name }) => name === device)) return;
      }
    },
    gone(device) {
      since.set(device, clock.monotonic());
      gaps.note(`interface ${device} is gone; waiting for one of that name`);
    },
    back(device) {
      const seconds = (clock.monotonic() - (since.get(device) ?? clock.monotonic())) / 1000;
      gaps.miss(device, `interface ${device} is there again after ${formatSeconds(seconds)}`);
    },
  };
}

/** How it stands, for who wants to hear of it. */
async function everySecond({ clock }: Context, signal: AbortSignal, report: () => void): Promise<void> {
  for (;;) {
    await clock.sleep(1000, signal);
    if (signal.aborted) return;
    report();
  }
}

/** Packets as they are captured, with their owners if those are asked for. Rejects with a Failure 64, 66, 69 or 77. */
export async function openLive(
  context: Context,
  values: PacketValues,
  { showsRows, asksOwners }: PacketUse,
): Promise<PacketSource> {
  if (asksOwners === false) refuseEbpf(values);
  const platform = await context.openPlatform({ root: null, netns: null });
  // first, as it takes longest; what is captured from then on has its owners
  const tracing =
    asksOwners === true
      ? await Tracing.open(context, platform, ebpfWish(values, values.duration ?? null), {
          keepsEnded: false,
          verbose: values.verbose === true,
        })
      : null;
  const beginning: Beginning = {
    format: 'pcapng',
    most: null,
    fd: null,
    asksOwners: asksOwners !== false,
    gatherMs: showsRows ? WATCHED_MS : COUNTED_MS,
  };
  tracing?.begin(); // while it may
  let session: Session;
  try {
    session = await begin(context, platform, values, beginning);
  } catch (error) {
    tracing?.kill();
    throw error;
  }
  const { sensor, gaps, sockets, devices, conclude } = session;
  const reader = await openCaptureReader(sensor.source, CHUNK);
  nameInterface(reader, devices);
  let captured = 0;
  const next = reader.next.bind(reader);
  reader.next = (packet) => {
    const found = next(packet);
    if (found) captured++;
    return found;
  };
  session.countBy(() => captured);
  const owners = new FlowOwners(tracing?.trace ?? (typeof asksOwners === 'object' ? asksOwners : null));
  if (sockets !== null) await followOwners(context, platform, sockets, reader, owners, async () => tracing?.stop());
  return {
    reader,
    owners,
    file: null,
    signal: new AbortController().signal,
    counts: sensor.counts,
    stop: sensor.stop,
    gaps: () => gaps.take(sensor.counts()),
    async finish() {
      await reader.close();
      try {
        await conclude();
      } finally {
        for (const { what, why } of tracing?.limits() ?? []) if (!values.quiet) context.say(`${what}: ${why}`);
        tracing?.kill();
      }
    },
  };
}

/**
 * Captures into a file, which the sensor itself writes: no packet passes through this process, and it costs a quarter of
 * what it would. Resolves to how many packets it holds. Rejects as openLive does, and with a Failure 74 for a full disk.
 */
export async function captureInto(
  context: Context,
  values: PacketValues,
  file: OutputFile,
  format: CaptureFormat,
  most: number | null,
): Promise<number> {
  refuseEbpf(values);
  const platform = await context.openPlatform({ root: null, netns: null });
  const beginning = { format, most, fd: file.fd, asksOwners: false, gatherMs: FILE_MS };
  const { sensor, conclude } = await begin(context, platform, values, beginning);
  const unasked = context.onSyncAsked(async () => {
    context.say(`${formatNumberOf(await sensor.sync(), 'packet')} on the disk`);
  });
  try {
    await conclude();
  } finally {
    unasked();
  }
  return sensor.captured();
}

/** pcap, as tcpdump writes it, knows no interface; there is but one. */
function nameInterface(reader: CaptureReader, [name]: readonly string[]): void {
  const [only] = reader.interfaces;
  if (only === undefined || only.name !== null || name === 'any') return;
  Object.assign(reader, { interfaces: [{ ...only, name }] });
}

/** Throws Failure 64 where eBPF is demanded and nobody would ask what it knows. */
function refuseEbpf({ ebpf }: PacketValues): void {
  if (ebpf !== true) return;
  throw usageError('--ebpf tells of processes, and nothing here asks for them', {
    hint: 'stats --by processes, capture --fields ...,process, capture --annotate -w FILE',
  });
}

/** Between two looks at all sockets: often enough for short connections, and never more than a tenth of the time. */
const LOOK_MS = 20;
const LONGEST_LOOK_MS = 2000;
const SHARE = 10;

/** Looks who holds the sockets whenever packets have come; `atEnd` when there are no more. */
async function followOwners(
  context: Context,
  platform: Platform,
  sockets: SocketSource,
  reader: CaptureReader,
  owners: FlowOwners,
  atEnd: () => Promise<void>,
): Promise<void> {
  const addresses = (await platform.readInterfaces()).rows.flatMap(({ ipv4, ipv6 }) => [...ipv4, ...ipv6]);
  owners.setAddresses(addresses.map((address) => address.replace(/\/.*/, '')));
  const { clock } = context;
  let due = 0;
  const fill = reader.fill.bind(reader);
  reader.fill = async () => {
    const more = await fill();
    const start = clock.monotonic();
    if (more && start >= due) {
      owners.ingest(await sockets.read());
      const end = clock.monotonic();
      due = end + Math.min(LONGEST_LOOK_MS, Math.max(LOOK_MS, (end - start) * SHARE));
    }
    if (!more) await atEnd();
    owners.lookAgain();
    return more;
  };
  const close = reader.close.bind(reader);
  reader.close = async () => {
    sockets.close();
    await close();
  };
}

/** The loopback hands every packet out twice, sent and received, and libpcap takes one of them. */
function describe({ device, captured, received, droppedByKernel, droppedByInterface, left }: DeviceCounts): string {
  const twice = device === 'lo' && received > captured ? ', each counted twice' : '';
  const untaken = left === null ? '' : `, ${left} not taken by netwatch`;
  return `${device}: ${received} received by the filter${twice}, ${droppedByKernel} dropped by the kernel, ${droppedByInterface} by the interface${untaken}`;
}
