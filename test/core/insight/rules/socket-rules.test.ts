import { expect, test } from 'vitest';
import type { Rule } from '../../../../src/core/insight/rule.ts';
import { ephemeralPorts, MOST_PAIRS } from '../../../../src/core/insight/rules/ephemeral-ports.ts';
import { halfOpenSockets, MOST_ENDPOINTS } from '../../../../src/core/insight/rules/half-open-sockets.ts';
import { tcpMemory } from '../../../../src/core/insight/rules/tcp-memory.ts';
import { Shared } from '../../../../src/core/insight/shared.ts';
import type { ConnRow } from '../../../../src/core/record/tables/conn.ts';
import { opened } from '../../../support/insights.ts';

const counters = (values: Readonly<Record<string, number>>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

const listener = {
  ...{ proto: 'tcp', state: 'LISTEN', local_addr: '0.0.0.0', local_port: 80, pid: 7, process: 'web', tx_queue: 4096 },
} as ConnRow;

/** Requests of two clients. */
const requests = (length: number, changes: Partial<ConnRow> = {}): ConnRow[] =>
  Array.from({ length }, (_, at) => {
    const remote = { remote_addr: `198.51.100.${at % 2}`, remote_port: 1000 + at };
    const local = { local_addr: '192.0.2.1', local_port: 80, process: null };
    return { proto: 'tcp', state: 'SYN_RECV', ...local, ...remote, ...changes } as ConnRow;
  });

function halfOpen(rows: readonly ConnRow[], levels: Readonly<Record<string, number>> = { tcp_max_syn_backlog: 512 }) {
  const open = opened(halfOpenSockets);
  open.conn!(rows, 0);
  open.counter!(counters(levels), 0);
  return [...open.findings(0)];
}

test('half_open_sockets: three quarters of what the kernel keeps', () => {
  expect(halfOpen([listener, ...requests(384)])).toEqual([
    {
      subject: '192.0.2.1:80',
      summary: '384 handshakes with 192.0.2.1:80 (web) from 2 addresses did not end; the limit is 512',
      confidence: 'medium',
      evidence: [
        'conn local_addr=192.0.2.1 local_port=80 state=SYN_RECV sockets=384 clients=2',
        'conn local_addr=0.0.0.0 local_port=80 pid=7 state=LISTEN tx_queue=4096',
        'counter name=tcp_max_syn_backlog value=512',
      ],
      since: null,
    },
  ]);
  expect(halfOpen([listener, ...requests(383)])).toEqual([]);
  expect(halfOpen([listener, ...requests(384, { state: 'ESTABLISHED' })])).toEqual([]);
  expect(halfOpen([listener, ...requests(192), ...requests(192, { local_port: 81 })])).toEqual([]);
  expect(halfOpen([listener, ...requests(383), ...requests(1, { source: 'capture', rx_queue: null })])).toEqual([]);
  expect(halfOpen([listener, ...requests(383), ...requests(1, { source: 'capture', rx_queue: 0 })])).toHaveLength(1);
});

test('half_open_sockets: the queue of the listener where that is shorter, but not a handful', () => {
  expect(halfOpen([{ ...listener, tx_queue: 40 }, ...requests(32)])).toMatchObject([
    { summary: expect.stringContaining('; the limit is 40') },
  ]);
  expect(halfOpen([{ ...listener, tx_queue: 40 }, ...requests(31)])).toEqual([]);
  expect(halfOpen([{ ...listener, tx_queue: 40, local_port: 81 }, ...requests(32)])).toEqual([]);
  expect(halfOpen([{ ...listener, tx_queue: 40, local_addr: '192.0.2.2' }, ...requests(32)])).toEqual([]);
});

test('half_open_sockets: nothing without a limit', () => {
  expect(halfOpen([{ ...listener, tx_queue: 0 }, ...requests(1000)], {})).toEqual([]);
});

test('half_open_sockets: sure at the second look', () => {
  const open = opened(halfOpenSockets);
  open.counter!(counters({ tcp_max_syn_backlog: 32 }), 0);
  open.conn!(requests(32), 0);
  open.conn!(requests(32), 15);
  expect([...open.findings(15)]).toMatchObject([{ confidence: 'high' }]);
  open.conn!([], 30);
  expect([...open.findings(30)]).toEqual([]);
});

test('half_open_sockets: so many endpoints are told apart, and no more', () => {
  const open = halfOpenSockets.open({ sockets: 1, pct: 0 }, new Shared());
  open.counter!(counters({ tcp_max_syn_backlog: 512 }), 0);
  open.conn!(
    requests(MOST_ENDPOINTS + 1).map((row, local_port) => ({ ...row, local_port })),
    0,
  );
  expect([...open.findings(0)]).toHaveLength(MOST_ENDPOINTS);
});

const RANGE = { ip_local_port_range_first: 1001, ip_local_port_range_last: 1100 };
const out = (length: number, changes: Partial<ConnRow> = {}): ConnRow[] =>
  Array.from({ length }, (_, at) => {
    const local = { local_addr: '192.0.2.1', local_port: 1001 + at };
    const remote = { remote_addr: '2001:db8::7', remote_port: 443 };
    return { proto: 'tcp', state: 'TIME_WAIT', process: null, ...local, ...remote, ...changes } as ConnRow;
  });
const curl = { state: 'ESTABLISHED', process: 'curl' } as const;

function ports(rows: readonly ConnRow[], levels: Readonly<Record<string, number>> = RANGE) {
  const open = opened(ephemeralPorts);
  open.conn!(rows, 0);
  open.counter!(counters(levels), 0);
  return [...open.findings(0)];
}

test('ephemeral_ports: three quarters of the range towards one server', () => {
  expect(ports([...out(74), ...out(1, { ...curl, local_port: 1100 })])).toEqual([
    {
      subject: '192.0.2.1 to [2001:db8::7]:443',
      severity: 'warn',
      summary: '75 of 100 local ports are in use from 192.0.2.1 to [2001:db8::7]:443 (curl), 74 in TIME_WAIT',
      confidence: 'high',
      evidence: [
        'conn local_addr=192.0.2.1 remote_addr=2001:db8::7 remote_port=443 ports=75 time_wait=74',
        'counter name=ip_local_port_range_first value=1001',
        'counter name=ip_local_port_range_last value=1100',
      ],
      since: null,
    },
  ]);
});

test.each<[string, readonly ConnRow[], readonly string[]]>([
  ['95 of 100', out(95), ['error']],
  ['94 of 100', out(94), ['warn']],
  ['74 of 100', out(74), []],
  ['one port outside of the range', [...out(74), ...out(1, { local_port: 1101 })], []],
  ['one port below the range', [...out(74), ...out(1, { local_port: 1000 })], []],
  ['one port twice', [...out(74), ...out(1)], []],
  ['one to another port', [...out(74), ...out(75, { remote_port: 444 }).slice(74)], []],
  ['one from another address', [...out(74), ...out(75, { local_addr: '192.0.2.2' }).slice(74)], []],
  ['UDP', out(95, { proto: 'udp' }), []],
  ['one in packets alone', [...out(74), ...out(75, { source: 'capture', rx_queue: null }).slice(74)], []],
])('ephemeral_ports: %s', (_, rows, severities) => {
  expect(ports(rows).map(({ severity }) => severity)).toEqual(severities);
});

test('ephemeral_ports: nothing without a range', () => {
  expect(ports(out(100), {})).toEqual([]);
  expect(ports(out(100), { ip_local_port_range_first: 1100, ip_local_port_range_last: 1001 })).toEqual([]);
});

test('ephemeral_ports: so many pairs are told apart, and no more', () => {
  const open = ephemeralPorts.open({ pct: 1, error_pct: 100 }, new Shared());
  open.counter!(counters(RANGE), 0);
  open.conn!(
    Array.from({ length: MOST_PAIRS + 1 }, (_, remote_port) => out(1, { remote_port })[0]!),
    0,
  );
  expect([...open.findings(0)]).toHaveLength(MOST_PAIRS);
});

test('tcp_memory: what grew, by what it means', () => {
  const open = opened(tcpMemory as Rule);
  const first = { TcpExtTCPAbortOnMemory: 5, TcpExtTCPMemoryPressures: 6, TcpExtPruneCalled: 7 };
  open.counter!(counters(first), 0);
  expect([...open.findings(0)]).toEqual([]);
  open.counter!(counters({ ...first, TcpExtPruneCalled: 106 }), 1);
  expect([...open.findings(1)]).toEqual([]);
  open.counter!(counters({ TcpExtTCPAbortOnMemory: 6, TcpExtTCPMemoryPressures: 7, TcpExtPruneCalled: 107 }), 2);
  const same = { confidence: 'high', since: null };
  expect([...open.findings(2)]).toEqual([
    {
      subject: 'TcpExtTCPAbortOnMemory',
      severity: 'error',
      summary: 'TCP broke off 1 connection for want of memory in 2s',
      evidence: ['counter name=TcpExtTCPAbortOnMemory value=6 grown=1'],
      ...same,
    },
    {
      subject: 'TcpExtTCPMemoryPressures',
      severity: 'warn',
      summary: 'TCP came under memory pressure 1 time in 2s',
      evidence: ['counter name=TcpExtTCPMemoryPressures value=7 grown=1'],
      ...same,
    },
    {
      subject: 'TcpExtPruneCalled',
      severity: 'note',
      summary: 'full receive buffers of TCP were pruned 100 times in 2s',
      evidence: ['counter name=TcpExtPruneCalled value=107 grown=100'],
      ...same,
    },
  ]);
});
