import type { TunnelHolder } from '../../core/network/tunnel-device.ts';
import type { Host } from '../../core/system/host.ts';
import { readBootTime, readProcess, readStat } from './proc-pid.ts';

const TUN = '/dev/net/tun';

/** Who holds which tun and tap devices, and whether some processes could not be looked at. */
export interface TunHolders {
  /** First started first. */
  readonly byDevice: ReadonlyMap<string, readonly TunnelHolder[]>;
  readonly isPartial: boolean;
}

/**
 * The processes of a network namespace (its link, net:[inode]; null for any) that hold tun and tap devices, by the names
 * of those. A device of the same name in another namespace is another one.
 */
export function readTunHolders(host: Host, namespace: string | null): TunHolders {
  const byDevice = new Map<string, (TunnelHolder & { readonly ticks: number })[]>();
  const bootTime = readBootTime(host);
  let isPartial = false;
  for (const name of host.list('/proc')) {
    if (!/^[0-9]+$/.test(name)) continue;
    const devices = devicesOf(host, name);
    if (devices === null) isPartial = true;
    if (devices === null || devices.size === 0) continue;
    if (namespace !== null && host.linkIfAny(`/proc/${name}/ns/net`) !== namespace) continue;
    const pid = Number(name);
    const ticks = readStat(host, pid)?.started;
    const process = ticks === undefined ? null : readProcess(host, pid, ticks, bootTime, false);
    if (ticks === undefined || process === null) continue; // it is gone
    for (const device of devices) {
      const holders = byDevice.get(device) ?? [];
      byDevice.set(device, holders);
      holders.push({ pid, name: process.name, started: process.started, ticks });
    }
  }
  return {
    byDevice: new Map(
      [...byDevice].map(([device, holders]) => [
        device,
        holders.sort((a, b) => a.ticks - b.ticks || a.pid - b.pid).map(({ ticks: _, ...holder }) => holder),
      ]),
    ),
    isPartial,
  };
}

/** The devices that a process holds; null when its descriptors may not be read. */
function devicesOf(host: Host, pid: string): Set<string> | null {
  let descriptors: string[];
  try {
    descriptors = host.list(`/proc/${pid}/fd`);
  } catch (error) {
    // what has ended holds nothing
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? new Set() : null;
  }
  const devices = new Set<string>();
  for (const descriptor of descriptors) {
    if (host.linkIfAny(`/proc/${pid}/fd/${descriptor}`) !== TUN) continue;
    const device = parseTunName(host.readIfAny(`/proc/${pid}/fdinfo/${descriptor}`) ?? '');
    if (device !== null) devices.add(device);
  }
  return devices;
}

/** The device of a descriptor, from its fdinfo (tun_chr_show_fdinfo, drivers/net/tun.c); null for none yet. */
export function parseTunName(fdinfo: string): string | null {
  return /^iff:\t(.{1,15})\n/m.exec(fdinfo)?.[1] ?? null;
}
