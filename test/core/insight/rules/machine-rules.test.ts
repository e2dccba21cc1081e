import { expect, test } from 'vitest';
import type { Finding, OpenRule, Rule } from '../../../../src/core/insight/rule.ts';
import { closeWait, MOST_PROCESSES } from '../../../../src/core/insight/rules/close-wait.ts';
import { conntrackFull } from '../../../../src/core/insight/rules/conntrack-full.ts';
import { gatewayFailed, MOST_SILENT } from '../../../../src/core/insight/rules/gateway-failed.ts';
import { halfDuplex } from '../../../../src/core/insight/rules/half-duplex.ts';
import { listenQueue } from '../../../../src/core/insight/rules/listen-queue.ts';
import { MOST_SOCKETS, udpDrops } from '../../../../src/core/insight/rules/udp-drops.ts';
import { Shared } from '../../../../src/core/insight/shared.ts';
import { ThresholdSettings } from '../../../../src/core/insight/thresholds.ts';
import type { ConnRow } from '../../../../src/core/record/tables/conn.ts';
import type { IfaceRow } from '../../../../src/core/record/tables/iface.ts';
import type { NeighborRow, RouteRow } from '../../../../src/core/record/tables/network-config.ts';

const opened = (one: Rule): OpenRule => one.open(ThresholdSettings.usual.of(one), new Shared());
const foundBy = (open: OpenRule): Finding[] => [...open.findings(0)];
const counters = (values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

const waiting = (length: number, changes: Partial<ConnRow> = {}): ConnRow[] =>
  Array.from({ length }, (_, at) => {
    const local = { local_addr: '192.0.2.1', local_port: 4000 + at };
    const remote = { remote_addr: '198.51.100.7', remote_port: 443 };
    return { pid: 7, process: 'leaky', state: 'CLOSE_WAIT', ...local, ...remote, ...changes } as ConnRow;
  });

test('close_wait: 50 sockets of one process, not 49, nor those in another state', () => {
  const open = opened(closeWait);
  open.conn!(waiting(50), 60);
  const [one] = foundBy(open);
  expect({ ...one, evidence: one!.evidence[0] }).toEqual({
    subject: 'leaky (7)',
    summary: 'leaky (7) has 50 connections that the peer has closed and it has not',
    confidence: 'medium',
    evidence:
      'conn pid=7 local_addr=192.0.2.1 local_port=4000 remote_addr=198.51.100.7 remote_port=443 state=CLOSE_WAIT',
    since: '1970-01-01T00:01:00.000Z',
  });
  open.conn!(waiting(50), 75);
  expect(foundBy(open)).toMatchObject([{ confidence: 'high', since: '1970-01-01T00:01:00.000Z' }]);
  const others = [{ state: 'ESTABLISHED' }, { pid: null }, { source: 'capture', rx_queue: null }] as const;
  for (const rows of [waiting(49), ...others.map((changes) => waiting(50, changes))]) {
    open.conn!(rows, 90);
    expect(foundBy(open)).toEqual([]);
  }
});

test('close_wait: so many processes are told apart, and no more', () => {
  const open = closeWait.open({ sockets: 1 }, new Shared());
  open.conn!(
    waiting(MOST_PROCESSES + 1).map((row, pid) => ({ ...row, pid })),
    60,
  );
  expect(foundBy(open)).toHaveLength(MOST_PROCESSES);
});

test.each([
  ['10 of 10000', 10, 9990, 1],
  ['9 of 9', 9, 0, 0],
  ['10 of 10001', 10, 9991, 0],
])('udp_drops: %s in ten minutes', (_, dropped, received, findings) => {
  const open = opened(udpDrops);
  open.counter!(counters({ UdpRcvbufErrors: 500, UdpInDatagrams: 500 }), 0);
  expect(foundBy(open)).toEqual([]);
  open.counter!(counters({ UdpRcvbufErrors: 500 + dropped, UdpInDatagrams: 500 + received }), 1);
  expect(foundBy(open)).toEqual(
    [
      {
        subject: 'UDP over IPv4',
        summary: '10 of 10000 datagrams (UDP over IPv4) were dropped in 1s: receive buffers were full',
        confidence: 'high',
        evidence: ['counter name=UdpRcvbufErrors value=510 grown=10'],
        since: null,
      },
    ].slice(0, findings),
  );
});

test('udp_drops: the socket that dropped 100, not 99, nor another one', () => {
  const open = opened(udpDrops);
  const socket = {
    ...{ proto: 'udp', netns: null, inode: 9, local_addr: '::', local_port: 53, pid: 7, process: 'named', drops: 500 },
  } as ConnRow;
  let at = 0;
  const take = (changes: Partial<ConnRow>) => {
    open.conn!([{ ...socket, ...changes }], at++);
    return foundBy(open);
  };
  expect(take({})).toEqual([]);
  expect(take({ drops: 599 })).toEqual([]);
  expect(take({ drops: 600 })).toEqual([
    {
      subject: 'UDP [::]:53',
      summary: '100 datagrams to [::]:53 (named) were dropped in 2s: its receive buffer was full',
      confidence: 'high',
      evidence: ['conn local_addr=:: local_port=53 pid=7 drops=600 grown=100'],
      since: null,
    },
  ]);
  expect(take({ drops: 600, inode: 10 })).toEqual([]);
  expect(take({ drops: 700, inode: 10, proto: 'tcp' })).toEqual([]);
});

test('udp_drops: what a socket explains is not told again for the machine', () => {
  const open = opened(udpDrops);
  const socket = { proto: 'udp', netns: null, inode: 9, local_port: 53, process: 'named' };
  const at = (drops: number, errors: number, local_addr: string) => {
    open.conn!([{ ...socket, local_addr, drops } as ConnRow], drops);
    open.counter!(counters({ UdpRcvbufErrors: errors, UdpInDatagrams: 0 }), drops);
    return foundBy(open).map(({ subject }) => subject);
  };
  at(0, 0, '0.0.0.0');
  expect(at(100, 109, '0.0.0.0')).toEqual(['UDP 0.0.0.0:53']);
  expect(at(101, 111, '0.0.0.0')).toEqual(['UDP 0.0.0.0:53', 'UDP over IPv4']);
  at(0, 111, '::');
  expect(at(100, 211, '::')).toEqual(['UDP [::]:53', 'UDP over IPv4']);
});

test('udp_drops: so many sockets are told apart, and no more', () => {
  const open = udpDrops.open({ datagrams: 1, pct: 0, socket_datagrams: 1 }, new Shared());
  const rows = (drops: number) =>
    Array.from(
      { length: MOST_SOCKETS + 1 },
      (_, inode) => ({ proto: 'udp', inode, local_addr: '::', local_port: 53, drops }) as ConnRow,
    );
  open.conn!(rows(0), 0);
  open.conn!(rows(1), 1);
  expect(foundBy(open)).toHaveLength(MOST_SOCKETS);
});

test.each([
  [79, []],
  [80, ['warn']],
  [94, ['warn']],
  [95, ['error']],
])('conntrack_full: %i of 100', (count, severities) => {
  const open = opened(conntrackFull);
  open.counter!(counters({ nf_conntrack_count: count, nf_conntrack_max: 100 }), 0);
  expect(foundBy(open).map(({ severity }) => severity)).toEqual(severities);
  for (const { summary } of foundBy(open)) {
    expect(summary).toBe(`the firewall tracks ${count} connections of the 100 that it can`);
  }
});

test('gateway_failed: the gateway in use, and not another neighbour, interface or state', () => {
  const open = opened(gatewayFailed);
  const gateway = { addr: '192.0.2.254', mac: null, iface: 'eth0', state: 'FAILED', host: null } as NeighborRow;
  open.route!([{ dst: 'default', gateway: '192.0.2.254', iface: 'eth0', metric: 100 } as RouteRow], 0);
  open.neighbor!([gateway], 0);
  expect(foundBy(open)).toEqual([
    {
      subject: '192.0.2.254',
      severity: 'error',
      summary: 'the gateway 192.0.2.254 does not answer on eth0',
      confidence: 'medium',
      evidence: [
        'neighbor addr=192.0.2.254 iface=eth0 state=FAILED',
        'route dst=default gateway=192.0.2.254 iface=eth0 metric=100',
      ],
      since: '1970-01-01T00:00:00.000Z',
    },
  ]);
  for (const change of [{ addr: '192.0.2.9' }, { iface: 'eth1' }, { state: 'STALE' }, { state: 'INCOMPLETE' }]) {
    open.neighbor!([{ ...gateway, ...change }], 0);
    expect(foundBy(open)).toEqual([]);
  }
});

test.each(['REACHABLE', 'STALE', 'DELAY', 'PROBE', 'PERMANENT', 'NOARP'])(
  'gateway_failed: a warning while the gateway of another route is %s',
  (state) => {
    const open = opened(gatewayFailed);
    const failed = { addr: '192.0.2.254', mac: null, iface: 'eth0', state: 'FAILED', host: null } as NeighborRow;
    const other = { ...failed, addr: '198.51.100.1', iface: 'wlan0', state };
    const route = { dst: 'default', gateway: '192.0.2.254', iface: 'eth0', metric: 100 } as RouteRow;
    open.route!([route, { ...route, gateway: '198.51.100.1', iface: 'wlan0', metric: 600 }], 0);
    open.neighbor!([failed, other], 0);
    expect(foundBy(open)).toMatchObject([
      {
        severity: 'warn',
        summary: 'the gateway 192.0.2.254 does not answer on eth0; another, 198.51.100.1, does on wlan0',
        evidence: [
          'neighbor addr=192.0.2.254 iface=eth0 state=FAILED',
          'route dst=default gateway=192.0.2.254 iface=eth0 metric=100',
          `neighbor addr=198.51.100.1 iface=wlan0 state=${state}`,
        ],
      },
    ]);
    for (const change of [{ state: 'INCOMPLETE' }, { addr: '198.51.100.2' }, { iface: 'eth0' }]) {
      open.neighbor!([failed, { ...other, ...change }], 0);
      expect(foundBy(open)).toMatchObject([{ severity: 'error' }]);
    }
  },
);

test('gateway_failed: the kernel asks again and again, and nobody has answered for three seconds', () => {
  const open = opened(gatewayFailed);
  const gateway = { addr: '192.0.2.254', mac: null, iface: 'eth0', state: 'INCOMPLETE', host: null } as NeighborRow;
  open.route!([{ dst: 'default', gateway: '192.0.2.254', iface: 'eth0', metric: 100 } as RouteRow], 0);
  const foundAt = (at: number, state: NeighborRow['state']): Finding[] => {
    open.neighbor!([{ ...gateway, state }], at);
    return foundBy(open);
  };
  const since = '1970-01-01T00:00:10.000Z';
  expect(foundAt(10, 'INCOMPLETE')).toEqual([]);
  expect(foundAt(12.9, 'INCOMPLETE')).toEqual([]);
  expect(foundAt(13, 'INCOMPLETE')).toMatchObject([{ severity: 'error', confidence: 'high', since }]);
  expect(foundAt(14, 'FAILED')).toMatchObject([{ since }]);
  expect(foundAt(15, 'INCOMPLETE')).toMatchObject([{ since }]);
  expect(foundAt(16, 'REACHABLE')).toEqual([]);
  expect(foundAt(20, 'INCOMPLETE')).toEqual([]);
  expect(foundAt(21, 'FAILED')).toMatchObject([{ confidence: 'high', since: '1970-01-01T00:00:20.000Z' }]);
});

test('gateway_failed: so many neighbours without an answer are looked at, and no more', () => {
  const open = opened(gatewayFailed);
  const silent = (addr: string) => ({ addr, mac: null, iface: 'eth0', state: 'FAILED', host: null }) as NeighborRow;
  const others = Array.from({ length: MOST_SILENT - 1 }, (_, at) => silent(`fe80::${at.toString(16)}`));
  open.route!([{ dst: 'default', gateway: '192.0.2.254', iface: 'eth0', metric: 100 } as RouteRow], 0);
  open.neighbor!([...others, silent('192.0.2.254')], 0);
  expect(foundBy(open)).toHaveLength(1);
  open.neighbor!([...others, silent('192.0.2.253'), silent('192.0.2.254')], 0);
  expect(foundBy(open)).toEqual([]);
});

test('listen_queue: four of five places taken, not 79 of 100, nor another state', () => {
  const open = opened(listenQueue);
  const listener = { proto: 'tcp', state: 'LISTEN', local_addr: '0.0.0.0', local_port: 80, pid: 7, process: 'web' };
  const queue = { ...listener, rx_queue: 80, tx_queue: 100 } as ConnRow;
  open.conn!([queue], 0);
  expect(foundBy(open)).toEqual([
    {
      subject: '0.0.0.0:80',
      summary: '80 connections wait at 0.0.0.0:80 (web) to be accepted; its queue has room for 100',
      confidence: 'high',
      evidence: ['conn local_addr=0.0.0.0 local_port=80 pid=7 rx_queue=80 tx_queue=100'],
      since: null,
    },
  ]);
  for (const change of [{ rx_queue: 79 }, { state: 'ESTABLISHED' as const }, { rx_queue: 0, tx_queue: 0 }]) {
    open.conn!([{ ...queue, ...change }], 0);
    expect(foundBy(open)).toEqual([]);
  }
});

test.each([
  [8, 8, 1],
  [7, 7, 0],
  [8, 7, 1],
  [8, 6, 0],
])('listen_queue: of a queue of %i, %i wait', (tx_queue, rx_queue, findings) => {
  const open = opened(listenQueue);
  const listener = { proto: 'tcp', state: 'LISTEN', local_addr: '::', local_port: 80 } as ConnRow;
  open.conn!([{ ...listener, rx_queue, tx_queue }], 0);
  expect(foundBy(open)).toHaveLength(findings);
});

test.each([
  [2, ['[::]:80']],
  [1, []],
])('listen_queue: %i waits, whatever part of the queue that is', (rx_queue, subjects) => {
  const usual = ThresholdSettings.usual.of(listenQueue);
  const open = (listenQueue as Rule).open({ ...usual, full_pct: 1 }, new Shared());
  const listener = { proto: 'tcp', state: 'LISTEN', local_addr: '::', local_port: 80 } as ConnRow;
  open.conn!([{ ...listener, rx_queue, tx_queue: 100 }], 0);
  expect(foundBy(open).map(({ subject }) => subject)).toEqual(subjects);
});

test('listen_queue: overflows of the last ten minutes, not before the first look', () => {
  const open = opened(listenQueue);
  open.counter!(counters({ TcpExtListenOverflows: 12 }), 0);
  expect(foundBy(open)).toEqual([]);
  open.counter!(counters({ TcpExtListenOverflows: 13 }), 1);
  expect(foundBy(open)).toMatchObject([{ evidence: ['counter name=TcpExtListenOverflows value=13 grown=1'] }]);
});

test('half_duplex: Ethernet that is up and fast, and nothing else', () => {
  const open = opened(halfDuplex);
  const half = {
    name: 'eth0',
    kind: 'ethernet',
    state: 'up',
    duplex: 'half',
    speed_mbps: 100,
    collisions: 9,
  } as IfaceRow;
  open.iface!([half], 0);
  expect(foundBy(open)).toEqual([
    {
      subject: 'eth0',
      summary: 'eth0 is half duplex at 100 Mbit/s',
      confidence: 'high',
      evidence: ['iface name=eth0 speed_mbps=100 duplex=half collisions=9'],
      since: null,
    },
  ]);
  const others: Partial<IfaceRow>[] = [{ speed_mbps: 99 }, { duplex: 'full' }, { state: 'down' }, { kind: 'wifi' }];
  for (const change of others) {
    open.iface!([{ ...half, ...change }], 0);
    expect(foundBy(open)).toEqual([]);
  }
});

test.each([
  [10, {}, 1],
  [9, {}, 0],
  [10, { duplex: 'half' as const, speed_mbps: 10 }, 0],
  [10, { kind: 'wifi' as const }, 0],
  [10, { state: 'down' as const }, 0],
])('half_duplex: %i more collisions, %o', (more, changes, findings) => {
  const open = opened(halfDuplex);
  const full = { name: 'eth0', index: 2, kind: 'ethernet', state: 'up', duplex: 'full', speed_mbps: 1000, ...changes };
  open.iface!([{ ...full, collisions: 500 } as IfaceRow], 0);
  expect(foundBy(open)).toEqual([]);
  open.iface!([{ ...full, collisions: 500 + more } as IfaceRow], 15);
  expect(foundBy(open)).toEqual(
    [
      {
        subject: 'eth0',
        summary: 'eth0 had 10 collisions in 15s although it is full duplex',
        confidence: 'medium',
        evidence: ['iface name=eth0 duplex=full collisions=510 grown=10'],
        since: null,
      },
    ].slice(0, findings),
  );
});
