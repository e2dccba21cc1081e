import type { DeviceRow } from '../../core/record/tables/device.ts';
import { defaultDevice } from '../../core/sample/default-device.ts';
import type { Context } from '../context/context.ts';

/**
 * Every interface of this machine, or of one saved as files below `root`, and `any` where the system can capture from
 * all at once. Rejects with a Failure 66 when there is no machine.
 */
export async function readDevices(context: Context, root: string | null): Promise<readonly DeviceRow[]> {
  const platform = await context.openPlatform({ root, netns: null });
  const standard = await defaultDevice(platform).catch(() => null);
  const rows = (await platform.readInterfaces()).rows.map(
    ({ name, kind, state, ipv4, ipv6 }): DeviceRow => ({
      name,
      kind,
      state,
      ipv4,
      ipv6,
      is_default: name === standard,
    }),
  );
  const any = { name: 'any', kind: 'any', state: 'up', ipv4: [], ipv6: [], is_default: false };
  return platform.name === 'linux' ? [...rows, any] : rows;
}
