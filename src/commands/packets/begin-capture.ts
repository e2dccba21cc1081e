import { usageError } from '../../core/failure.ts';
import { formatNumberOf, formatSeconds } from '../../core/output/units.ts';
import type { Platform, SocketSource } from '../../core/system/platform.ts';
import { chooseEngine, PACKAGES } from '../../platform/sensor/engines.ts';
import { type Absence, openLastingSensor } from '../../platform/sensor/lasting-sensor.ts';
import type { DeviceCounts, SensorOrder } from '../../platform/sensor/messages.ts';
import { openSensor, type Sensor, SensorDied, type SensorEvents } from '../../platform/sensor/open-sensor.ts';
import { openTool } from '../../platform/sensor/open-tool.ts';
import type { Context } from '../context/context.ts';
import { lesserUser, lesserUserWithGroups } from '../context/lesser-user.ts';
import { defaultDevice } from './capture-devices.ts';
import { CaptureGaps } from './capture-gaps.ts';
import { becomeUnprivileged, bothOf, type OwnedSockets, openOnly, openOwnedSockets } from './leave-privileges.ts';
import { devicesOf, type PacketValues } from './packet-source.ts';

/** As tcpdump: no packet is longer. */
const SNAP_LENGTH = 262_144;
const BUFFER_BYTES = 16 * 1024 * 1024;
/** A capture under way, and what ends it. */
export interface Session {
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
export interface Beginning extends Pick<SensorOrder, 'format' | 'most' | 'gatherMs'> {
  /** The file that the sensor writes; null for packets that come here. */
  readonly fd: number | null;
  /** Whether processes are asked for; where sockets are read for somebody else already, from there. */
  readonly asksOwners: boolean | OwnedSockets;
}

/**
 * Captures from the interfaces that are named, or from the one with the default route, until it is interrupted or the
 * duration is over. Starts all that needs a privilege, and then has none. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function beginCapture(
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
  if (order.sandbox === 'off') context.warn('--sandbox off: the process that captures keeps its user and privileges');
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
  const openSockets = (): Promise<SocketSource> | null => {
    if (typeof asksOwners === 'object') return asksOwners.open();
    return asksOwners ? openOnly(openOwnedSockets(platform, drops ? { becomes: order.user } : null)) : null;
  };
  const [sensor, sockets] = await bothOf(open(), openSockets());
  if (drops) await becomeUnprivileged(platform, lesserUserWithGroups(context.env), sensor, lasts);
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
  const report = (isLess = false): void => {
    // the sensor took them, and whoever reads here did not
    const unread = sensor.captured() - captured();
    const parts = [
      `${isLess ? 'at least ' : ''}${formatNumberOf(captured(), 'packet')} captured`,
      ...sensor.counts().map(describe),
    ];
    context.warn([...parts, ...(unread > 0 ? [`${unread} more not read`] : [])].join('; '));
  };
  const unasked = context.onStatusAsked(() => report());
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
      let hasDied = false;
      try {
        await sensor.ended;
      } catch (error) {
        hasDied = error instanceof SensorDied;
        throw error;
      } finally {
        over.abort();
        unasked();
        signal.removeEventListener('abort', sensor.stop);
        // what it had not told of yet may be many: none would be said of a process that was killed in its first second
        if (!values.quiet && !(hasDied && captured() === 0)) report(hasDied);
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

/** The loopback hands every packet out twice, sent and received, and libpcap takes one of them. */
function describe({ device, captured, received, droppedByKernel, droppedByInterface, left }: DeviceCounts): string {
  const twice = device === 'lo' && received > captured ? ', each counted twice' : '';
  const untaken = left === null ? '' : `, ${left} not taken by netwatch`;
  return `${device}: ${received} received by the filter${twice}, ${droppedByKernel} dropped by the kernel, ${droppedByInterface} by the interface${untaken}`;
}
