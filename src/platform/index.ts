import type { Clock } from '../core/system/clock.ts';
import type { Platform, PlatformOptions } from '../core/system/platform.ts';
import { chooseEngine } from './sensor/engines.ts';
import { openSystem } from './system/open-system.ts';

/**
 * Opens the platform of this machine, or of a machine kept as files: what its operating system tells, and the processes
 * of netwatch that capture and read for this one. Throws as `openSystem` does.
 */
export async function openPlatform(options: PlatformOptions, clock: Clock): Promise<Platform> {
  const system = await openSystem(options, clock);
  return {
    ...system,
    chooseEngine,
    // loaded when they are asked for: most runs start no process
    async openSensor(order, events) {
      const { startSensor } = await import('./sensor/start-sensor.ts');
      return startSensor(system, order, clock, events);
    },
    async openSocketReader(user, readsPeers) {
      const { openSocketReader } = await import('./privileged/read-sockets-aside.ts');
      return openSocketReader(user, readsPeers);
    },
  };
}
