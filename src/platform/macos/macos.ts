import { EXIT, Failure, messageOf, usageError } from '../../core/failure.ts';
import type { Limit } from '../../core/limit.ts';
import type { HostRow } from '../../core/record/tables/network-config.ts';
import type { Host } from '../../core/system/host.ts';
import type { OperatingSystem, PlatformOptions } from '../../core/system/platform.ts';
import { dropUser } from '../machine/drop-user.ts';
import { readArp } from './arp-an.ts';
import { readMacosChecks } from './checks.ts';
import { readMacosInterfaces } from './interfaces.ts';
import { readNdp } from './ndp-an.ts';
import { readNetstatRoutes } from './netstat-rn.ts';
import { readScutilDns } from './scutil-dns.ts';
import { openMacosSockets } from './sockets.ts';
import { readSwVers } from './sw-vers.ts';
import { readSysctlKern } from './sysctl-kern.ts';

/**
 * macOS 10.15 and later, by the tools it ships. Written after the documentation and the published sources of these tools
 * and tested with output made up after them: it has never run on a Mac. The tools give no round-trip times,
 * retransmissions or congestion windows; those fields are null. Throws Failure 64 when a network namespace is asked for.
 */
export function openMacos(host: Host, options: PlatformOptions): OperatingSystem {
  if (options.netns !== null) throw usageError(`network namespace "${options.netns}": macOS has none`);
  return {
    name: 'macos',
    host,
    openSockets: (request) => openMacosSockets(host, request),
    readInterfaces: async () => ({ rows: await readMacosInterfaces(host), limits: [] }),
    readRoutes: async () => ({ rows: await readNetstatRoutes(host), limits: [] }),
    readDnsServers: async () => ({ rows: await readScutilDns(host), limits: [] }),
    readNeighbors: async () => ({ rows: (await Promise.all([readArp(host), readNdp(host)])).flat(), limits: [] }),
    readTunnels: async () => ({ rows: [], limits: [NO_TUNNELS] }),
    readCounters: async () => ({ rows: [], limits: [NO_COUNTERS] }),
    readHost: () => readMacosHost(host),
    openEcho: () => null, // ping is asked
    openUdpRequests: () => null,
    close: () => {},
    readChecks: () => readMacosChecks(host),
    canTrace: () => false,
    openTrace: () => Promise.reject(new Failure(EXIT.unavailable, 'eBPF: macOS has none')),
    installCommand: (name) => `brew install ${name === 'wireshark-common' ? 'wireshark' : name}`,
    findSensorNode: () => ({ file: process.execPath, ignored: null, grant: 'run it with sudo' }),
    isPrivileged: () => process.getuid?.() === 0,
    dropPrivileges: (user, kept = []) => void (kept.length === 0 && dropUser(user)),
    shedPrivileges(user) {
      try {
        dropUser(user);
        return [];
      } catch (error) {
        return [`root may not become user ${user?.uid}: ${messageOf(error)}`];
      }
    },
  };
}

const NO_TUNNELS: Limit = {
  what: 'tunnels',
  why: 'netwatch does not read those of macOS',
  remedy: null,
  isFinal: true,
};

const NO_COUNTERS: Limit = {
  what: 'counters of the kernel',
  why: 'netwatch does not read those of macOS',
  remedy: null,
  isFinal: true,
};

/** The clock is asked of `date` so that the uptime of a recorded machine is the one it had. */
async function readMacosHost(host: Host): Promise<Omit<HostRow, 'gateway' | 'dns'>> {
  const [os, kernel, date] = await Promise.all([readSwVers(host), readSysctlKern(host), host.run('date', ['+%s'])]);
  const now = /^[0-9]{1,12}$/.exec(date.trim());
  return {
    hostname: kernel.hostname ?? 'localhost',
    os,
    kernel: kernel.release ?? null,
    uptime_s: now === null || kernel.bootedAtS === null ? null : Math.max(0, Number(now[0]) - kernel.bootedAtS),
  };
}
