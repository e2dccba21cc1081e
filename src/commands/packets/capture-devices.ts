import { EXIT, Failure } from '../../core/failure.ts';
import type { DeviceRow } from '../../core/record/tables/device.ts';
import type { Platform } from '../../core/system/platform.ts';
import type { Context } from '../context/context.ts';

/** The interface of the default route; without one, the first that is up and leads elsewhere; else the loopback. */
export async function defaultDevice(platform: Platform): Promise<string> {
  const routes = (await platform.readRoutes()).rows.filter(({ dst, iface }) => dst === 'default' && iface !== null);
  const best = routes.sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0]?.iface;
  if (best !== null && best !== undefined) return best;
  const up = (await platform.readInterfaces()).rows.filter(({ state }) => state !== 'down');
  const one = up.find(({ kind }) => kind !== 'loopback') ?? up[0];
  if (one === undefined) throw new Failure(EXIT.noInput, 'no interface is up', { hint: 'netwatch capture -D' });
  return one.name;
}

/** Every interface, and `any` where the system captures from all at once. */
export async function readDevices(context: Context): Promise<readonly DeviceRow[]> {
  const platform = await context.openPlatform({ root: null, netns: null });
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
