import { EXIT, Failure } from '../../src/core/failure.ts';
import { blankSocket } from '../../src/core/socket/blank-socket.ts';
import type { Ownership, Process, Socket, SocketReading } from '../../src/core/socket/socket.ts';
import type { InterfaceReading, Platform } from '../../src/core/system/platform.ts';
import { openHost } from '../../src/platform/machine/host.ts';
import { realClock } from '../../src/platform/machine/real-clock.ts';

/** A TCP connection with counters, to be changed where a test says so. */
export function socketOf(changes: Partial<Socket> = {}): Socket {
  return {
    ...blankSocket(),
    key: 1,
    source: 'sock_diag',
    proto: 'tcp',
    family: 'ipv4',
    state: 'ESTABLISHED',
    local_addr: '192.0.2.10',
    local_port: 50_000,
    remote_addr: '198.51.100.7',
    remote_port: 443,
    uid: 1000,
    inode: 4242,
    rx_queue: 0,
    tx_queue: 0,
    rx_bytes: 1000,
    tx_bytes: 500,
    rx_packets: 10,
    tx_packets: 8,
    rtt_ms: 12.5,
    rttvar_ms: 2,
    min_rtt_ms: 10,
    retrans: 0,
    lost: 0,
    cwnd: 10,
    mss: 1448,
    congestion: 'cubic',
    bytes_acked: 501,
    bytes_retrans: 0,
    retransmits: 0,
    rmem_bytes: 0,
    wmem_bytes: 0,
    rcvbuf_bytes: 131_072,
    sndbuf_bytes: 87_040,
    drops: 0,
    ...changes,
  };
}

export const CURL: Process = {
  pid: 777,
  name: 'curl',
  comm: 'curl',
  exe: '/usr/bin/curl',
  cmdline: 'curl https://example.org/',
  uid: 1000,
  cgroup: '/user.slice',
  container: null,
  started: '2026-01-02T03:00:00.000Z',
};

const CURL_OWNS: Ownership = { processes: [CURL], attribution: 'proc_fd exact' };

export function readingOf(sockets: readonly Socket[], owner: Ownership = CURL_OWNS): SocketReading {
  return {
    sockets,
    ownerOf: () => owner,
    userOf: (uid) => (uid === 1000 ? 'alice' : null),
    ifaceOf: () => 'eth0',
    netns: null,
    limits: [],
  };
}

export function interfaceOf(changes: Partial<InterfaceReading> = {}): InterfaceReading {
  return {
    name: 'eth0',
    index: 2,
    kind: 'ethernet',
    state: 'up',
    ipv4: ['192.0.2.10/24'],
    ipv6: [],
    mac: '02:00:00:00:00:01',
    mtu: 1500,
    speed_mbps: 1000,
    duplex: 'full',
    rx_bytes: 1_000_000,
    tx_bytes: 500_000,
    rx_packets: 1000,
    tx_packets: 800,
    rx_errors: 0,
    tx_errors: 0,
    rx_dropped: 0,
    tx_dropped: 0,
    collisions: 0,
    multicast: 0,
    flags: ['up'],
    master: null,
    parent: null,
    alias: null,
    default_route: 'ipv4',
    ...changes,
  };
}

/** A machine whose sockets and interfaces are given reading by reading; the last one stays. */
export function fakePlatform(
  readings: readonly SocketReading[],
  interfaces: readonly (readonly InterfaceReading[])[] = [[interfaceOf()]],
  closed: readonly (readonly Socket[])[] = [],
): Platform {
  let reads = 0;
  let looks = 0;
  let ends = 0;
  return {
    name: 'linux',
    host: openHost('/nonexistent', realClock),
    openSockets: () => ({
      read: async () => readings[Math.min(reads++, readings.length - 1)]!,
      readClosed: () => ({ sockets: closed[ends++] ?? [], whole: true }),
      close: () => {},
    }),
    readInterfaces: async () => ({ rows: interfaces[Math.min(looks++, interfaces.length - 1)]!, limits: [] }),
    readRoutes: async () => ({ rows: [], limits: [] }),
    readDnsServers: async () => ({ rows: [], limits: [] }),
    readNeighbors: async () => ({ rows: [], limits: [] }),
    readTunnels: async () => ({ rows: [], limits: [] }),
    readCounters: async () => ({ rows: [], limits: [] }),
    readHost: async () => ({ hostname: 'box', os: 'Test OS', kernel: '1.0', uptime_s: 5 }),
    installCommand: (name) => `install ${name}`,
    findSensorNode: () => ({ file: process.execPath, ignored: null, grant: null }),
    isPrivileged: () => false,
    chooseEngine: (asked) => asked ?? 'pcap',
    openSensor: () => Promise.reject(new Failure(EXIT.unavailable, 'a fake machine captures nothing')),
    openSocketReader: () => Promise.reject(new Failure(EXIT.unavailable, 'a fake machine starts no process')),
    dropPrivileges: () => {},
    shedPrivileges: () => [],
    readChecks: async () => [{ name: 'node', status: 'ok', detail: '20', remedy: null }],
    openEcho: () => null,
    openUdpRequests: () => null,
    close: () => {},
    canTrace: () => false,
    openTrace: () => Promise.reject(new Failure(EXIT.unavailable, 'eBPF: this machine is made up')),
  };
}
