import { usageError } from '../failure.ts';
import { parseTarget, type Target, withFamily } from '../health/target.ts';
import { defaultRoutes } from '../network/network-config.ts';
import { didYouMean } from '../suggest.ts';
import type { Platform } from '../system/platform.ts';

/** The name that is resolved when no other is given: the root, which every resolver knows. */
const ROOT = '.';
/** Resolved as every program does it. It is among the hints of every resolver, and tells nobody what is of interest here. */
const RESOLUTION = 'dns:///a.root-servers.net';

/**
 * The targets that words name: `gateway` and `dns` stand for those of this machine, and no word at all for both and for a
 * name that the system resolves. What this machine does not have is a target that says so (`missing`), where it was asked for or
 * where there is nothing else. With a family only those of it. Throws a Failure 64 for a word that is no target.
 */
export async function targetsOf(
  words: readonly string[],
  platform: Platform,
  family: 4 | 6 | null = null,
): Promise<readonly Target[]> {
  const asked = words.length === 0 ? ['gateway', 'dns'] : words;
  const found: Target[] = [];
  for (const word of asked) {
    if (word === 'gateway') found.push(...(await gateways(platform, family)));
    else if (word === 'dns') found.push(...(await dnsServers(platform, family)));
    else found.push(parseTarget(word));
  }
  if (words.length > 0) return found;
  const here = found.filter(({ missing }) => missing === undefined);
  return here.length === 0 ? found : [...here, parseTarget(RESOLUTION)];
}

/**
 * The same targets as they are asked here: by addresses of one family if one is given, and by interfaces that exist. Throws a
 * Failure 64 for an address of the other family, and for a zone (`%eth0`, `%3`) that is no interface of this machine.
 */
export async function settleTargets(
  targets: readonly Target[],
  platform: Platform,
  family: 4 | 6 | null = null,
): Promise<readonly Target[]> {
  const asked = family === null ? targets : targets.map((target) => withFamily(target, family));
  if (!asked.some(({ host }) => host.includes('%'))) return asked;
  const interfaces = (await platform.readInterfaces()).rows;
  return interfaces.length === 0 ? asked : asked.map((target) => withKnownZone(target, interfaces));
}

/** The first default gateway of each family. */
async function gateways(platform: Platform, family: 4 | 6 | null): Promise<Target[]> {
  const families = FAMILIES.filter((one) => family === null || one === `ipv${family}`);
  const { rows } = await platform.readRoutes();
  const routes = defaultRoutes(rows);
  const found = families.flatMap((one) => {
    const route = routes.find(({ family: of, gateway }) => of === one && gateway !== null);
    if (route === undefined) return [];
    return [{ ...parseTarget(`icmp://${withZone(route.gateway!, route.iface)}`), text: 'gateway' }];
  });
  if (found.length > 0) return found;
  const direct = rows.find(
    ({ dst, gateway, family: of, iface }) =>
      dst === 'default' && gateway === null && families.includes(of) && iface !== null && iface !== 'lo',
  );
  const why =
    direct === undefined
      ? `this machine has no default route${ofFamily(family)}`
      : `the default route${ofFamily(family)} has no gateway: it leads straight to ${direct.iface}`;
  return [{ text: 'gateway', kind: 'icmp', host: '', port: 0, path: '', missing: why }];
}
const FAMILIES = ['ipv4', 'ipv6'] as const;

async function dnsServers(platform: Platform, family: 4 | 6 | null): Promise<Target[]> {
  const servers = (await platform.readDnsServers()).rows;
  const found = servers.flatMap(({ addr, port, iface }) => {
    const isIpv6 = addr.includes(':');
    if (family !== null && isIpv6 !== (family === 6)) return [];
    const host = isIpv6 ? `[${withZone(addr, iface)}]` : addr;
    return [parseTarget(`dns://${host}${port === 53 ? '' : `:${port}`}/${ROOT}?type=NS`)];
  });
  if (found.length > 0) return found;
  const why = `this machine has no name server${ofFamily(family)}`;
  return [{ text: 'dns', kind: 'dns', host: '', port: 0, path: '', missing: why }];
}

const ofFamily = (family: 4 | 6 | null): string => (family === null ? '' : ` of IPv${family}`);

/** An address that is of a link alone needs the link (RFC 4007). */
function withZone(addr: string, iface: string | null): string {
  return /^fe[89ab]/i.test(addr) && iface !== null && !addr.includes('%') ? `${addr}%${iface}` : addr;
}

/** The target, whose zone is an interface by its name or its number; in URLs the % may be written as %25 (RFC 6874). */
function withKnownZone(
  target: Target,
  interfaces: readonly { readonly name: string; readonly index: number }[],
): Target {
  const { text, host } = target;
  const [addr = '', zone = ''] = host.split('%', 2);
  const isKnown = (word: string): boolean =>
    interfaces.some(({ name, index }) => name === word || String(index) === word);
  if (zone === '' || isKnown(zone)) return target;
  if (zone.startsWith(ESCAPED) && isKnown(zone.slice(ESCAPED.length)))
    return { ...target, host: `${addr}%${zone.slice(ESCAPED.length)}` };
  const names = interfaces.map(({ name }) => name);
  const at = text.indexOf(`%${zone}`) + 1;
  throw usageError(`no interface ${zone} on this machine`, {
    hint: didYouMean(zone, names, `interfaces: ${names.slice(0, MOST_NAMES).join(' ')}`, (near) => `${addr}%${near}`),
    ...(at > 0 ? { place: { text, column: at, length: zone.length } } : {}),
  });
}
const ESCAPED = '25';
const MOST_NAMES = 8;
