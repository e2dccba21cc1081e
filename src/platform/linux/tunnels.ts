import { Failure, messageOf } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import type { TunnelDevice, TunnelHolder, WireguardDevice } from '../../core/network/tunnel-device.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';
import type { Reading } from '../../core/system/platform.ts';
import { readFamilyId, readWireguard } from './genetlink-wireguard.ts';
import { readInterfaces } from './interfaces.ts';
import { ERRNO } from './libc.ts';
import { NETLINK_GENERIC, NetlinkError, openNetlink } from './netlink.ts';
import type { NetworkNamespace } from './netns.ts';
import { openIn } from './rtnetlink.ts';
import { readTunHolders } from './tun-holders.ts';
import { askUserspaceWireguard, findUserspaceWireguard } from './userspace-wireguard.ts';

const REMEDY = 'sudo netwatch ifaces --tunnels';

/** The devices of a namespace, null for our own, that tunnel: tun, tap and WireGuard. Rejects with a Failure. */
export async function readTunnels(
  host: Host,
  netns: NetworkNamespace | null,
  clock: Clock,
): Promise<Reading<TunnelDevice>> {
  const { rows, limits } = readInterfaces(host, netns);
  const found = rows.filter(({ kind }) => kind === 'tun' || kind === 'tap' || kind === 'wireguard');
  const missing: Limit[] = [...limits];
  const names = found.filter(({ kind }) => kind === 'wireguard').map(({ name }) => name);
  const wireguard = names.length === 0 || host.root !== null ? null : readPeers(netns, names, missing);
  const holders = names.length === found.length ? null : holdersOf(host, netns);
  const userspace = new Map<string, WireguardDevice>();
  for (const { name, kind } of host.root === null ? found : []) {
    const held = kind === 'tun' ? (holders?.byDevice.get(name) ?? []) : [];
    const device = await readUserspacePeers(host, clock, name, held, missing);
    if (device !== null) userspace.set(name, device);
  }
  const devices = found.map(
    (row): TunnelDevice => ({
      iface: row.name,
      index: row.index,
      kind: row.kind as TunnelDevice['kind'],
      state: row.state,
      addresses: [...row.ipv4, ...row.ipv6],
      rx_bytes: row.rx_bytes,
      tx_bytes: row.tx_bytes,
      holders: holders?.byDevice.get(row.name) ?? [],
      wireguard: wireguard?.get(row.name) ?? userspace.get(row.name) ?? null,
    }),
  );
  const isUnknown = devices.some(({ kind, holders: held }) => kind !== 'wireguard' && held.length === 0);
  if (holders?.isPartial && isUnknown) {
    missing.push({
      what: 'processes that hold tun and tap devices, and so their outer flows',
      why: "this user may not read the descriptors of other users' processes",
      remedy: REMEDY,
    });
  }
  return { rows: devices, limits: missing };
}

function holdersOf(host: Host, netns: NetworkNamespace | null) {
  return readTunHolders(host, netns === null ? host.linkIfAny('/proc/self/ns/net') : `net:[${netns.inode}]`);
}

/** What a process that is WireGuard itself says of its device; null for another one, and, with a limit, where it does not say. */
async function readUserspacePeers(
  host: Host,
  clock: Clock,
  iface: string,
  holders: readonly TunnelHolder[],
  missing: Limit[],
): Promise<WireguardDevice | null> {
  for (const holder of holders) {
    const file = findUserspaceWireguard(host, iface, holder);
    if (file === null) continue;
    try {
      return await askUserspaceWireguard(clock, file, iface);
    } catch (error) {
      const isDenied = (error as NodeJS.ErrnoException).code === 'EACCES';
      missing.push({
        what: 'peers of WireGuard devices',
        why: isDenied ? `${holder.name} tells them to its own user and to root alone` : `${file}: ${messageOf(error)}`,
        remedy: isDenied ? REMEDY : null,
      });
    }
  }
  return null;
}

/** What the kernel says of some devices of WireGuard; null, and a limit, where it refuses. */
function readPeers(
  netns: NetworkNamespace | null,
  names: readonly string[],
  missing: Limit[],
): ReadonlyMap<string, WireguardDevice> | null {
  const found = new Map<string, WireguardDevice>();
  try {
    const netlink = openIn(netns, () => openNetlink(NETLINK_GENERIC));
    try {
      const family = readFamilyId(netlink, 'wireguard');
      for (const name of family === null ? [] : names) {
        try {
          found.set(name, readWireguard(netlink, family!, name));
        } catch (error) {
          // it has gone meanwhile
          if (!(error instanceof NetlinkError) || error.errno !== ERRNO.ENODEV) throw error;
        }
      }
    } finally {
      netlink.close();
    }
    return found;
  } catch (error) {
    if (!(error instanceof NetlinkError) && !(error instanceof Failure)) throw error;
    const isDenied = error instanceof NetlinkError && error.errno === ERRNO.EPERM;
    missing.push({
      what: 'peers of WireGuard devices',
      why: isDenied ? 'the kernel tells them to CAP_NET_ADMIN alone' : error.message,
      remedy: isDenied ? REMEDY : error instanceof Failure ? error.hint : null,
    });
    return null;
  }
}
