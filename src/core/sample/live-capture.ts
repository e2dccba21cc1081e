import { usageError } from '../failure.ts';
import { formatNumberOf, formatSeconds } from '../output/units.ts';
import type { Platform, SocketSource } from '../system/platform.ts';
import {
  type Absence,
  type CaptureOrder,
  type DeviceCounts,
  type Engine,
  type Sensor,
  SensorDied,
  type SensorEvents,
} from '../system/sensor.ts';
import { CaptureGaps } from './capture-gaps.ts';
import type { CaptureRequest } from './capture-request.ts';
import { defaultDevice } from './default-device.ts';
import { explainMissing } from './missing-device.ts';
import { becomeUnprivileged, bothOf, type OwnedSockets, openOnly, openOwnedSockets } from './owned-sockets.ts';
import type { Place } from './surroundings.ts';

/** A running capture, and how to end it. */
export interface LiveCapture {
  readonly sensor: Sensor;
  readonly gaps: CaptureGaps;
  /** Reads sockets when processes are asked for; null otherwise. */
  readonly sockets: SocketSource | null;
  readonly devices: readonly string[];
  /** The reader of the packets calls this to say how many it read, which may be fewer than the sensor captured. */
  countBy(captured: () => number): void;
  /** Reports what was counted. Rejects with a Failure when the capture ended without being asked to. */
  conclude(): Promise<void>;
}

/** What a capture starts with, in addition to the request. */
export interface Beginning extends Pick<CaptureOrder, 'format' | 'most' | 'gatherMs' | 'fd' | 'series'> {
  /** Whether processes are needed; or the sockets that are already read for another purpose, to take them from. */
  readonly asksOwners: boolean | Pick<OwnedSockets, 'open'>;
}

/** Who asks how many there are waits no longer for the sensor. */
const LONGEST_RECOUNT_MS = 500;

/**
 * Captures until it is interrupted or the duration has passed. Starts everything that needs a privilege, and then gives
 * up its own privileges if the place says so. Rejects with a Failure 64, 66, 69 or 77.
 */
export async function beginCapture(
  place: Place,
  request: CaptureRequest,
  { asksOwners, ...beginning }: Beginning,
): Promise<LiveCapture> {
  const { platform, clock, signal } = place;
  const devices = request.devices ?? [await defaultDevice(platform)];
  const { ignored } = platform.findSensorNode();
  if (ignored !== null) place.say(ignored);
  const gaps = new CaptureGaps(place.say);
  const order: CaptureOrder = {
    engine: engineFor(place, request),
    devices,
    bpf: request.bpf,
    snapLength: request.snapLength,
    bufferBytes: request.bufferBytes,
    promiscuous: request.promiscuous,
    packetBuffered: request.packetBuffered,
    user: place.lesserUser,
    sandbox: request.sandbox,
    // one that is waited for is not done without
    outlives: request.outlives && !request.reconnects,
    mayLack: request.mayLack,
    later: request.reconnects ? null : request.later,
    refilters: request.refilters,
    absence: request.reconnects ? absenceOf(place, gaps) : null,
    ...beginning,
  };
  const surrender = order.sandbox !== 'off' && platform.isPrivileged() ? place.surrender : null;
  if (order.sandbox === 'off') place.warn('--sandbox off: the capturing process keeps its user and privileges');
  const openSockets = (): Promise<SocketSource> | null => {
    if (typeof asksOwners === 'object') return asksOwners.open();
    return asksOwners ? openOnly(openOwnedSockets(platform, { isLeft: surrender !== null, user: order.user })) : null;
  };
  const opening = platform.openSensor(order, eventsOf(gaps)).catch(async (error: unknown) => {
    throw await explainMissing(platform, devices, error);
  });
  const [sensor, sockets] = await bothOf(opening, openSockets());
  if (surrender !== null) await becomeUnprivileged(platform, surrender, sensor, request.reconnects);
  // from here on this process is unprivileged: packets are dissected with no more rights than the user who called sudo
  signal.addEventListener('abort', sensor.stop, { once: true });
  if (signal.aborted) sensor.stop();
  const over = new AbortController();
  if (request.durationMs !== null) void clock.sleep(request.durationMs, over.signal).then(sensor.stop);
  place.say(`capturing on ${devices.join(', ')}`);
  let captured = sensor.captured;
  const report = (isLess = false): string => reportOf(sensor, captured(), isLess);
  const forgetStatus = place.onStatusAsked(async () => {
    // one that is stopped does not answer
    await Promise.race([sensor.recount(), clock.sleep(LONGEST_RECOUNT_MS, over.signal)]);
    if (!over.signal.aborted) place.warn(report());
  });
  if (place.isVerbose) void everySecond(place, over.signal, () => place.warn(report()));
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
        forgetStatus();
        signal.removeEventListener('abort', sensor.stop);
        // it may have had many packets that it had not reported: a process killed in its first second would report none
        if (!(hasDied && captured() === 0)) place.say(report(hasDied));
      }
    },
  };
}

/** Throws Failure 64 for an engine that cannot do what was requested. */
function engineFor({ platform, say }: Place, request: CaptureRequest): Engine {
  const engine = platform.chooseEngine(request.engine);
  if (engine === 'pcap') return engine;
  if (request.reconnects) throw usageError(`--reconnect needs --engine pcap, not ${engine}`);
  if (request.engine !== engine) say(`the pcap module was not built: ${engine} captures instead`);
  return engine;
}

function eventsOf(gaps: CaptureGaps): SensorEvents {
  return {
    changed: (device, change) => gaps.change(device, change),
    stopped: (pid, isStopped) =>
      gaps.note(
        isStopped
          ? `the capturing process is stopped, so packets will be missed: kill -CONT ${pid}`
          : 'the capturing process continues',
      ),
  };
}

/** Milliseconds between two checks whether an interface has come back. */
const RETURN_MS = 250;

/** Waits for an interface that has disappeared. */
function absenceOf({ platform, clock }: Place, gaps: CaptureGaps): Absence {
  const since = new Map<string, number>();
  return {
    async appears(device, signal) {
      for (;;) {
        await clock.sleep(RETURN_MS, signal);
        if (signal.aborted || (await hasInterface(platform, device))) return;
      }
    },
    gone(device) {
      since.set(device, clock.monotonic());
      gaps.note(`interface ${device} is gone; waiting for an interface of that name`);
    },
    back(device) {
      const seconds = (clock.monotonic() - (since.get(device) ?? clock.monotonic())) / 1000;
      gaps.miss(device, `interface ${device} is back after ${formatSeconds(seconds)}`);
    },
  };
}

async function hasInterface(platform: Platform, device: string): Promise<boolean> {
  return (await platform.readInterfaces()).rows.some(({ name }) => name === device);
}

/** Reports how the capture stands, once a second. */
async function everySecond({ clock }: Place, signal: AbortSignal, report: () => void): Promise<void> {
  for (;;) {
    await clock.sleep(1000, signal);
    if (signal.aborted) return;
    report();
  }
}

/** The counts as text; `isLess` when there may have been more. */
function reportOf(sensor: Sensor, captured: number, isLess: boolean): string {
  // the sensor captured them, and the reader here did not read them
  const unread = sensor.captured() - captured;
  return [
    `${isLess ? 'at least ' : ''}${formatNumberOf(captured, 'packet')} captured`,
    ...sensor.counts().map((counts) => describe(counts, isLess)),
    ...(unread > 0 ? [`${unread} more captured but not processed`] : []),
  ].join('; ');
}

/** The loopback hands every packet out twice, sent and received, and libpcap takes one of them. */
function describe(
  { device, captured, received, droppedByKernel, droppedByInterface, left }: DeviceCounts,
  isLess: boolean,
): string {
  const twice = device === 'lo' && received > captured ? ', each counted twice' : '';
  // what a process that died had still to read, nobody knows
  const untaken = left === null || isLess ? '' : `, ${left} not read by netwatch`;
  return `${device}: ${isLess ? 'at least ' : ''}${received} received by the filter${twice}, ${droppedByKernel} dropped by the kernel, ${droppedByInterface} by the interface${untaken}`;
}
