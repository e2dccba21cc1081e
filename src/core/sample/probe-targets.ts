import { parseTarget, type Target } from '../health/target.ts';
import { defaultRoutes } from '../network/network-config.ts';
import type { Platform } from '../system/platform.ts';

/** The name that is resolved when no other is given: the root, which every resolver knows. */
const ROOT = '.';
/** Resolved as every program does it. It is among the hints of every resolver, and tells nobody what is of interest here. */
const RESOLUTION = 'dns:///a.root-servers.net';

/**
 * The targets that words name: `gateway` and `dns` stand for those of this machine, and no word at all for both and for a
 * name that the system resolves. Throws a Failure 64 for a word that is no target.
 */
export async function targetsOf(words: readonly string[], platform: Platform): Promise<readonly Target[]> {
  const asked = words.length === 0 ? ['gateway', 'dns'] : words;
  const found: Target[] = [];
  for (const word of asked) {
    if (word === 'gateway') found.push(...(await gateways(platform)));
    else if (word === 'dns') found.push(...(await dnsServers(platform)));
    else found.push(parseTarget(word));
  }
  if (words.length === 0 && found.length > 0) found.push(parseTarget(RESOLUTION));
  return found;
}

/** The first default gateway of each family. */
async function gateways(platform: Platform): Promise<Target[]> {
  const routes = defaultRoutes((await platform.readRoutes()).rows);
  return (['ipv4', 'ipv6'] as const).flatMap((family) => {
    const route = routes.find((one) => one.family === family && one.gateway !== null);
    if (route === undefined) return [];
    return [{ ...parseTarget(`icmp://${withZone(route.gateway!, route.iface)}`), text: 'gateway' }];
  });
}

async function dnsServers(platform: Platform): Promise<Target[]> {
  const servers = (await platform.readDnsServers()).rows;
  return servers.map(({ addr, port, iface }) => {
    const host = addr.includes(':') ? `[${withZone(addr, iface)}]` : addr;
    return parseTarget(`dns://${host}${port === 53 ? '' : `:${port}`}/${ROOT}?type=NS`);
  });
}

/** An address that is of a link alone needs the link (RFC 4007). */
function withZone(addr: string, iface: string | null): string {
  return addr.startsWith('fe80:') && iface !== null ? `${addr}%${iface}` : addr;
}
