import type { Place, Surrender } from '../../src/core/sample/surroundings.ts';
import type { Platform } from '../../src/core/system/platform.ts';
import type { CaptureOrder, DeviceCounts, Sensor, SensorEvents } from '../../src/core/system/sensor.ts';
import { pcap, sourceOf } from './captures.ts';
import { fakePlatform } from './fake-platform.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

export interface SensorScene {
  readonly place: Place;
  readonly clock: VirtualClock;
  readonly abort: AbortController;
  /** What was said, warned, ordered and done, in order. */
  readonly said: string[];
  readonly orders: CaptureOrder[];
  readonly events: () => SensorEvents;
  /** Ends the capture; with an error, as if it had not been asked to. */
  end(error?: Error): void;
  /** Asks for the status, as a signal does. */
  askStatus(): void;
  readonly listeners: () => number;
}

export interface SensorSetting {
  readonly platform?: Partial<Platform>;
  readonly bytes?: Uint8Array;
  readonly counts?: readonly DeviceCounts[];
  /** What it has counted since, when it is asked; null while it does not answer. */
  readonly recounted?: readonly DeviceCounts[] | null;
  readonly captured?: number;
  readonly isVerbose?: boolean;
  readonly surrender?: Surrender | null;
  readonly refilter?: Sensor['refilter'];
  readonly lacking?: Sensor['lacking'];
  readonly follow?: Sensor['follow'];
}

export const countsOf = (changes: Partial<DeviceCounts> = {}): DeviceCounts => ({
  device: 'eth0',
  captured: 2,
  received: 3,
  droppedByKernel: 1,
  droppedByInterface: 0,
  left: null,
  ...changes,
});

/** A place whose machine captures these bytes, in a sensor that ends when it is told to. */
export function sensorScene({
  platform = {},
  bytes = pcap([]),
  counts = [countsOf()],
  recounted = counts,
  captured = 2,
  isVerbose = false,
  surrender = null,
  refilter = null,
  lacking = [],
  follow = null,
}: SensorSetting = {}): SensorScene {
  const said: string[] = [];
  const orders: CaptureOrder[] = [];
  const clock = virtualClock();
  const abort = new AbortController();
  const asked = new Set<() => void>();
  let end: (error?: Error) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (error) => (error === undefined ? resolve() : reject(error));
  });
  ended.catch(() => {});
  let given: SensorEvents | null = null;
  let counted = counts;
  const sensor: Sensor = {
    linkTypes: [1],
    source: sourceOf(bytes),
    counts: () => counted,
    captured: () => captured,
    stop: () => void said.push('stop'),
    recount: async () => {
      if (recounted === null) return new Promise(() => {});
      counted = recounted;
    },
    sync: async () => captured,
    refilter,
    lacking,
    follow,
    ended,
  };
  const place: Place = {
    platform: {
      ...fakePlatform([]),
      openSensor: async (order, events) => {
        orders.push(order);
        given = events;
        return sensor;
      },
      ...platform,
    },
    clock,
    signal: abort.signal,
    say: (line) => void said.push(line),
    warn: (line) => void said.push(`! ${line}`),
    isVerbose,
    onStatusAsked(listener) {
      asked.add(listener);
      return () => void asked.delete(listener);
    },
    lesserUser: null,
    surrender,
  };
  return {
    place,
    clock,
    abort,
    said,
    orders,
    events: () => given!,
    end: (error) => end(error),
    askStatus: () => {
      for (const listener of asked) listener();
    },
    listeners: () => asked.size,
  };
}
