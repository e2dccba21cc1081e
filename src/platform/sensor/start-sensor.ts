import { EXIT, Failure } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { OperatingSystem } from '../../core/system/platform.ts';
import type { CaptureOrder, Sensor, SensorEvents } from '../../core/system/sensor.ts';
import { PACKAGES } from './engines.ts';
import { openLastingSensor } from './lasting-sensor.ts';
import type { SensorOrder } from './messages.ts';
import { openSensor } from './open-sensor.ts';
import { openTool } from './open-tool.ts';

/** Starts what captures, as `Platform.openSensor` says, with the engine that the order names. */
export async function startSensor(
  system: OperatingSystem,
  { engine, fd, series, absence, ...asked }: CaptureOrder,
  clock: Clock,
  events: SensorEvents,
): Promise<Sensor> {
  if (system.host.root !== null) {
    throw new Failure(EXIT.unavailable, `packets cannot be captured on a machine saved as files: ${system.host.root}`);
  }
  const { file: node, grant } = system.findSensorNode();
  const ends = series === null ? null : { bytes: series.bytes, seconds: series.seconds };
  const order: SensorOrder = { ...asked, ...{ system: system.name, continues: null, ends, node, grant } };
  if (engine !== 'pcap') return openTool(order, engine, system.installCommand(PACKAGES[engine]), clock, events);
  return absence === null
    ? openSensor(order, { fd, series }, clock, events)
    : openLastingSensor(order, fd, clock, events, absence);
}
