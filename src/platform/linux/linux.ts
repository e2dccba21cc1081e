import { usageError } from '../../core/failure.ts';
import type { Clock } from '../../core/system/clock.ts';
import type { Host } from '../../core/system/host.ts';
import type { OperatingSystem, PlatformOptions } from '../../core/system/platform.ts';
import { readChecks } from './checks.ts';
import { readCounters } from './counters.ts';
import { readDnsServers } from './dns-servers.ts';
import { dropPrivileges, isPrivileged, shedPrivileges } from './drop-privileges.ts';
import { canTrace, openTrace } from './ebpf/trace.ts';
import { readHostFacts } from './host-facts.ts';
import { openEchoSocket } from './icmp-echo.ts';
import { readInterfaces } from './interfaces.ts';
import { readNeighbors } from './neighbors.ts';
import { openNetns } from './netns.ts';
import { installCommand } from './packages.ts';
import { readRoutes } from './routes.ts';
import { findSensorNode } from './sensor-node.ts';
import { SharedSockets } from './shared-sockets.ts';
import { openLinuxSockets } from './sockets.ts';
import { readTunnels } from './tunnels.ts';
import { openUdpRequests } from './udp-request.ts';

/**
 * Linux: netlink where the kernel allows it, /proc and /sys where not. Throws Failure 66 when the network namespace does
 * not exist and 77 when it may not be entered.
 */
export function openLinux(host: Host, options: PlatformOptions, clock: Clock): OperatingSystem {
  if (options.netns !== null && host.root !== null) throw usageError('--netns and --root exclude each other');
  const netns = options.netns === null ? null : openNetns(options.netns);
  const echoes = new SharedSockets((family) => openEchoSocket(family, clock));
  const requests = new SharedSockets((family) => openUdpRequests(family, clock));
  return {
    name: 'linux',
    host,
    openSockets: (request) => openLinuxSockets(host, netns, request, clock),
    readInterfaces: async () => readInterfaces(host, netns),
    readRoutes: async () => readRoutes(host, netns),
    readDnsServers: async () => readDnsServers(host, netns),
    readNeighbors: async () => readNeighbors(host, netns),
    readTunnels: () => readTunnels(host, netns, clock),
    readCounters: async () => readCounters(host, netns),
    readHost: async () => readHostFacts(host),
    readChecks: () => readChecks(host),
    openEcho: (family) => echoes.open(family),
    openUdpRequests: (family) => requests.open(family),
    close() {
      echoes.close();
      requests.close();
      netns?.close();
    },
    canTrace: () => canTrace(host),
    openTrace: (onEvent, signal) => openTrace(host, netns, clock, onEvent, signal),
    installCommand: (name) => installCommand(host, name),
    findSensorNode,
    isPrivileged,
    dropPrivileges,
    shedPrivileges,
  };
}
