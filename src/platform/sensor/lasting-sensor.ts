import { EXIT, Failure } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Absence, Sensor, SensorEvents } from '../../core/system/sensor.ts';
import { type DeviceCounts, SensorCut } from '../../core/system/sensor.ts';
import type { SensorOrder } from './messages.ts';
import { InterfaceGone, openSensor } from './open-sensor.ts';

/**
 * Like openSensor, but when an interface disappears it waits until there is one with that name, and starts again: in
 * the same file or pipe, where pcapng gets a new section. Each start needs the privilege that the first one needed.
 */
export async function openLastingSensor(
  order: SensorOrder,
  fd: number | null,
  clock: Clock,
  events: SensorEvents,
  absence: Absence,
): Promise<Sensor> {
  const first = await openSensor(order, { fd, series: null }, clock, events);
  const sensors = [first];
  const last = (): Sensor => sensors.at(-1)!;
  const stopped = new AbortController();
  const captured = (): number => sensors.reduce((sum, one) => sum + one.captured(), 0);

  const begin = async (device: string): Promise<void> => {
    const most = order.most === null ? null : order.most - captured();
    for (;;) {
      await absence.appears(device, stopped.signal);
      if (stopped.signal.aborted) return;
      try {
        sensors.push(
          await openSensor({ ...order, most, continues: first.linkTypes }, { fd, series: null }, clock, events),
        );
        break;
      } catch (error) {
        // gone once more, or not up yet
        if (!(error instanceof Failure && (error.exit === EXIT.noInput || error.exit === EXIT.unavailable)))
          throw error;
      }
    }
    absence.back(device);
    if (stopped.signal.aborted) last().stop();
  };
  /** Resolves when another sensor has taken over, or none will. */
  const following = async (): Promise<void> => {
    try {
      await last().ended;
    } catch (error) {
      if (error instanceof SensorCut) throw new SensorCut(error.message, captured(), error.lost);
      if (!(error instanceof InterfaceGone)) throw error;
      absence.gone(error.device);
      await begin(error.device);
    }
  };
  let next = following();
  const ended = (async () => {
    for (let before = last(); ; before = last()) {
      await next;
      if (last() === before) return;
      next = following();
    }
  })();
  ended.catch(() => {}); // those who await it get the error
  const stop = (): void => {
    stopped.abort();
    last().stop();
  };
  return {
    linkTypes: first.linkTypes,
    source: {
      ...first.source,
      async read(into, offset, length) {
        for (;;) {
          const sensor = last();
          const taken = await sensor.source.read(into, offset, length);
          if (taken > 0) return taken;
          if (last() === sensor) await next.catch(() => {}); // `ended` tells of it
          if (last() === sensor) return 0;
        }
      },
      async close() {
        stop();
        await last().source.close();
      },
    },
    counts: () =>
      order.devices.map((device) =>
        sumOf(
          device,
          sensors.flatMap((one) => one.counts()),
        ),
      ),
    captured,
    stop,
    recount: () => last().recount(),
    sync: () => last().sync(),
    // the next sensor would begin with the first filter
    refilter: null,
    lacking: first.lacking,
    follow: null,
    ended,
  };
}

function sumOf(device: string, counts: readonly DeviceCounts[]): DeviceCounts {
  const sum = { device, captured: 0, received: 0, droppedByKernel: 0, droppedByInterface: 0, left: 0 as number | null };
  for (const one of counts) {
    if (one.device !== device) continue;
    sum.captured += one.captured;
    sum.received += one.received;
    sum.droppedByKernel += one.droppedByKernel;
    sum.droppedByInterface += one.droppedByInterface;
    sum.left = sum.left === null || one.left === null ? null : sum.left + one.left;
  }
  return sum;
}
