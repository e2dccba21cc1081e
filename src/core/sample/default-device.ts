import { EXIT, Failure } from '../failure.ts';
import type { Platform } from '../system/platform.ts';

/** The interface of the default route; or else the first that is up and is not the loopback; or else the loopback. */
export async function defaultDevice(platform: Platform): Promise<string> {
  const routes = (await platform.readRoutes()).rows.filter(({ dst, iface }) => dst === 'default' && iface !== null);
  const best = routes.sort((a, b) => (a.metric ?? 0) - (b.metric ?? 0))[0]?.iface;
  if (best !== null && best !== undefined) return best;
  const up = (await platform.readInterfaces()).rows.filter(({ state }) => state !== 'down');
  const one = up.find(({ kind }) => kind !== 'loopback') ?? up[0];
  if (one === undefined) throw new Failure(EXIT.noInput, 'no interface is up', { hint: 'netwatch capture -D' });
  return one.name;
}
