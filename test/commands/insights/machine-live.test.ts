import { describe, expect, test } from 'vitest';
import type { CounterRow } from '../../../src/core/record/tables/counter.ts';
import type { InsightRow } from '../../../src/core/record/tables/insight.ts';
import { type NeighborRow, PLAIN_ROUTE, type RouteRow } from '../../../src/core/record/tables/network-config.ts';
import type { Socket } from '../../../src/core/socket/socket.ts';
import type { InterfaceReading, Platform } from '../../../src/core/system/platform.ts';
import { fakePlatform, interfaceOf, readingOf, socketOf } from '../../support/fake-platform.ts';
import { recordsOf, runInProcess } from '../../support/in-process.ts';

/** What a machine shows at each look; the last of each stays. */
interface Scene {
  readonly sockets?: readonly (readonly Socket[])[];
  readonly interfaces?: readonly (readonly InterfaceReading[])[];
  readonly counters?: readonly Readonly<Record<string, number>>[];
  readonly routes?: readonly RouteRow[];
  readonly neighbors?: readonly NeighborRow[];
}

interface Watching {
  /** Looks after the first. */
  readonly looks?: number;
  readonly interval?: string;
  readonly wallJump?: (elapsedMs: number) => number;
}

function machineOf({ sockets = [[]], interfaces, counters = [{}], routes = [], neighbors = [] }: Scene): Platform {
  let looks = 0;
  const rowsOf = (values: Readonly<Record<string, number>>): CounterRow[] =>
    Object.entries(values).map(([name, value]) => ({ name, value }));
  return {
    ...fakePlatform(
      sockets.map((one) => readingOf(one)),
      interfaces,
    ),
    readCounters: async () => ({ rows: rowsOf(counters[Math.min(looks++, counters.length - 1)]!), limits: [] }),
    readRoutes: async () => ({ rows: routes, limits: [] }),
    readNeighbors: async () => ({ rows: neighbors, limits: [] }),
  };
}

/** The findings of one rule, in the order of the looks. */
async function foundIn(rule: string, scene: Scene, watching: Watching = {}): Promise<readonly InsightRow[]> {
  const { looks = 1, interval = '10', wallJump } = watching;
  const words = ['--interval', interval, '-c', String(looks), '--ai', 'never', '--no-packets', '-o', 'ndjson'];
  const platform = machineOf(scene);
  const { out } = await runInProcess(
    ['insights', ...words],
    wallJump === undefined ? { platform } : { platform, wallJump },
  );
  return recordsOf<InsightRow>(out).filter((row) => row.rule === rule);
}
const summaries = (rows: readonly InsightRow[]): readonly string[] => rows.map(({ summary }) => summary);

const growing = (name: string, by: number, more: Readonly<Record<string, number>> = {}) => ({
  counters: [
    { [name]: 7, ...Object.fromEntries(Object.keys(more).map((key) => [key, 0])) },
    { [name]: 7 + by, ...more },
  ],
});

describe.each<[string, number, (by: number) => Scene, string]>([
  [
    'listen_queue',
    1,
    (by) => growing('TcpExtListenOverflows', by),
    'connections found the queue of a listener full 1 time in 10s',
  ],
  [
    'udp_drops',
    10,
    (by) => growing('UdpRcvbufErrors', by, { UdpInDatagrams: 90 }),
    '10 of 100 datagrams (UDP over IPv4) were dropped in 10s: receive buffers were full',
  ],
  [
    'tcp_memory',
    1,
    (by) => growing('TcpExtTCPAbortOnMemory', by),
    'TCP broke off 1 connection for want of memory in 10s',
  ],
  [
    'interface_errors',
    10,
    (by) => ({ interfaces: [[interfaceOf()], [interfaceOf({ rx_errors: by })]] }),
    'eth0 had 10 errors in 10 packets that it received in 10s',
  ],
  [
    'interface_drops',
    100,
    (by) => ({ interfaces: [[interfaceOf()], [interfaceOf({ tx_dropped: by })]] }),
    'eth0 dropped 100 of 100 packets that it sent in 10s (100 %)',
  ],
  [
    'half_duplex',
    10,
    (by) => ({ interfaces: [[interfaceOf({ collisions: 3 })], [interfaceOf({ collisions: 3 + by })]] }),
    'eth0 had 10 collisions in 10s although it is full duplex',
  ],
])('%s: what grows between two looks', (rule, least, scene, summary) => {
  test('fires, and one less does not', async () => {
    expect(summaries(await foundIn(rule, scene(least)))).toEqual([summary]);
    expect(await foundIn(rule, scene(least - 1))).toEqual([]);
  });

  test('leaves ten minutes later, but for the note about the time since boot', async () => {
    const rows = await foundIn(rule, scene(100_000), { interval: '300', looks: 3 });
    const times = rows.filter(({ severity }) => severity !== 'note').map(({ time }) => time);
    expect(times).toEqual(['2026-01-02T03:09:05.678Z']);
  });
});

/** A clock that is set an hour, between the first look and the second. */
const set = (by: number) => (elapsedMs: number) => (elapsedMs >= 5000 ? by : 0);

test.each([3_600_000, -3_600_000])('drops in a second are those of the clock that never jumps: %i ms', async (by) => {
  const scene = (dropped: number): Scene => ({
    interfaces: [[interfaceOf()], [interfaceOf({ tx_dropped: dropped })]],
  });
  expect(await foundIn('interface_drops', scene(100), { wallJump: set(by) })).toHaveLength(1);
  expect(await foundIn('interface_drops', scene(99), { wallJump: set(by) })).toEqual([]);
});

test('udp_drops: a socket that dropped 100 between two looks, not 99', async () => {
  const socket = (drops: number) =>
    socketOf({ proto: 'udp', state: 'UNCONN', local_port: 53, remote_addr: null, remote_port: null, drops });
  const scene = (by: number): Scene => ({ sockets: [[socket(5)], [socket(5 + by)]] });
  expect(summaries(await foundIn('udp_drops', scene(100)))).toEqual([
    '100 datagrams to 192.0.2.10:53 (curl) were dropped in 10s: its receive buffer was full',
  ]);
  expect(await foundIn('udp_drops', scene(99))).toEqual([]);
});

test('close_wait: a process that does not close 50 connections, not 49', async () => {
  const scene = (count: number): Scene => ({
    sockets: [
      Array.from({ length: count }, (_, index) =>
        socketOf({ key: index + 1, inode: index + 1, state: 'CLOSE_WAIT', local_port: 40_000 + index }),
      ),
    ],
  });
  expect(await foundIn('close_wait', scene(50))).toMatchObject([
    { summary: 'curl (777) has 50 connections that the peer has closed and it has not', confidence: 'high' },
  ]);
  expect(await foundIn('close_wait', scene(49))).toEqual([]);
});

test('listen_queue: a queue that is full to four fifths, not less', async () => {
  const scene = (rx_queue: number): Scene => ({
    sockets: [
      [socketOf({ state: 'LISTEN', local_port: 80, remote_addr: null, remote_port: null, rx_queue, tx_queue: 100 })],
    ],
  });
  expect(summaries(await foundIn('listen_queue', scene(80)))).toEqual([
    '80 connections wait at 192.0.2.10:80 (curl) to be accepted; its queue has room for 100',
  ]);
  expect(await foundIn('listen_queue', scene(79))).toEqual([]);
});

test('gateway_failed: the gateway does not answer; another neighbour may', async () => {
  const route: RouteRow = {
    ...PLAIN_ROUTE,
    ...{ family: 'ipv4', dst: 'default', gateway: '192.0.2.254', iface: 'eth0', metric: 100, src: null },
    ...{ scope: null, proto: null, table: 'main', kind: 'unicast' },
  };
  const scene = (addr: string): Scene => ({
    routes: [route],
    neighbors: [{ addr, mac: null, iface: 'eth0', state: 'FAILED', host: null } as NeighborRow],
  });
  expect(summaries(await foundIn('gateway_failed', scene('192.0.2.254')))).toEqual([
    'the gateway 192.0.2.254 does not answer on eth0',
  ]);
  expect(await foundIn('gateway_failed', scene('192.0.2.9'))).toEqual([]);
});

test('new_remote: an address that is new after ten looks, and not after nine', async () => {
  const home = socketOf();
  const other = socketOf({ key: 2, inode: 9, local_port: 50_001, remote_addr: '203.0.113.9' });
  const scene = (learnt: number): Scene => ({
    sockets: [...Array.from({ length: learnt }, () => [home]), [home, other]],
  });
  expect(summaries(await foundIn('new_remote', scene(10), { looks: 10 }))).toEqual([
    'curl (777) talks to 203.0.113.9:443, new to it: before it knew 1 address',
  ]);
  expect(await foundIn('new_remote', scene(9), { looks: 9 })).toEqual([]);
});
