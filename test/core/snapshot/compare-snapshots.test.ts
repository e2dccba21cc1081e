import { describe, expect, test } from 'vitest';
import type { ChangeKind, ChangeRow } from '../../../src/core/record/tables/change.ts';
import { compareSnapshots } from '../../../src/core/snapshot/compare-snapshots.ts';
import {
  parseSnapshot,
  type SnapshotDocument,
  type SnapshotSocket,
} from '../../../src/core/snapshot/snapshot-document.ts';
import { netwatch } from '../../support/in-process.ts';
import { expectRecord } from '../../support/record-schema.ts';

type Changed = { -readonly [K in keyof SnapshotDocument]: SnapshotDocument[K] };

const { out: text } = await netwatch('export', 'snapshot', '--root', 'test/hosts/linux');

/** The snapshot of a saved machine, changed. */
function taken(edit: (document: Changed) => void = () => {}): SnapshotDocument {
  const document: Changed = { ...parseSnapshot(text, 'a') };
  edit(document);
  return document;
}

/** What differs from the machine as it was, without times and what is null. */
function changesOf(after: SnapshotDocument, before = taken(), ignored: readonly ChangeKind[] = []) {
  const { rows } = compareSnapshots(before, after, new Set(ignored));
  for (const row of rows) expectRecord({ type: 'change', ...row });
  return rows.map(told);
}
const told = ({ time, since, ...row }: ChangeRow) =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));

const later = (seconds: number) => (document: Changed) => {
  const time = new Date(Date.parse(document.head.time) + seconds * 1000).toISOString();
  document.head = { ...document.head, time };
  document.host = { ...document.host!, uptime_s: document.host!.uptime_s! + seconds };
};
const ofIface = (document: Changed, name: string, facts: object): void => {
  document.ifaces = document.ifaces!.map((row) => (row.name === name ? { ...row, ...facts } : row));
};
const socket = (facts: Partial<SnapshotSocket>): SnapshotSocket => ({ ...taken().conns![0]!, ...facts });

test('a machine does not differ from itself, nor from itself a day later', () => {
  expect(changesOf(taken())).toEqual([]);
  expect(changesOf(taken(later(86_400)))).toEqual([]);
});

test('rows have the times of both snapshots', () => {
  const after = taken((document) => {
    later(60)(document);
    document.dns_servers = [];
  });
  const { rows } = compareSnapshots(taken(), after, new Set());
  expect(rows[0]).toMatchObject({ time: after.head.time, since: taken().head.time });
});

describe('listeners', () => {
  const opened = socket({
    proto: 'tcp',
    state: 'LISTEN',
    local_addr: '::',
    local_port: 8080,
    remote_addr: null,
    process: 'caddy',
    pid: 7,
  });
  const withIt = (facts: Partial<SnapshotSocket> = {}) =>
    taken((one) => (one.listeners = [...one.listeners!, { ...opened, ...facts }]));

  test('one that began to listen, and one that ceased to', () => {
    const row = {
      what: 'listener',
      key: 'tcp [::]:8080',
      process: 'caddy',
      pid: 7,
      proto: 'tcp',
      addr: '::',
      port: 8080,
    };
    expect(changesOf(withIt())).toMatchObject([{ ...row, change: 'added', after: 'caddy' }]);
    expect(changesOf(taken(), withIt())).toMatchObject([{ ...row, change: 'removed', before: 'caddy' }]);
  });

  test('one that another process holds; an unknown process is no other one', () => {
    expect(changesOf(withIt({ process: 'nginx', pid: 8 }), withIt())).toMatchObject([
      { change: 'changed', field: 'process', before: 'caddy', after: 'nginx', pid: 8 },
    ]);
    expect(changesOf(withIt({ process: null }), withIt())).toEqual([]);
    expect(changesOf(withIt({ pid: 9 }), withIt())).toEqual([]);
  });
});

describe('remotes', () => {
  const out = socket({
    proto: 'tcp',
    local_addr: '192.168.7.20',
    local_port: 50_001,
    remote_addr: '192.0.2.7',
    remote_port: 443,
    process: 'curl',
    pid: 5,
  });
  const withAll = (...conns: readonly SnapshotSocket[]) => taken((one) => (one.conns = [...one.conns!, ...conns]));

  test('a new one is one however many connections there are', () => {
    expect(changesOf(withAll(out, { ...out, local_port: 50_002 }))).toEqual([
      {
        what: 'remote',
        change: 'added',
        key: 'curl tcp 192.0.2.7:443',
        process: 'curl',
        pid: 5,
        direction: 'out',
        proto: 'tcp',
        addr: '192.0.2.7',
        port: 443,
      },
    ]);
    expect(changesOf(withAll({ ...out, local_port: 50_002 }), withAll(out))).toEqual([]);
    expect(changesOf(taken(), withAll(out))).toMatchObject([{ change: 'removed', key: 'curl tcp 192.0.2.7:443' }]);
  });

  test('by process: another one that knows it is told', () => {
    expect(changesOf(withAll(out, { ...out, process: 'wget', pid: 6 }), withAll(out))).toMatchObject([
      { change: 'added', key: 'wget tcp 192.0.2.7:443' },
    ]);
  });

  test('an unknown process may be any', () => {
    const waits = { ...out, state: 'TIME_WAIT', process: null, pid: null } as const;
    expect(changesOf(withAll(waits), withAll(out))).toEqual([]);
    expect(changesOf(withAll(out), withAll(waits))).toEqual([]);
    // beside a known one it is none of its own
    expect(changesOf(withAll(out, waits)).length).toBe(1);
    expect(changesOf(withAll(waits))).toMatchObject([{ change: 'added', key: 'tcp 192.0.2.7:443' }]);
  });

  test('who connects to a socket that listens is known by the port of this machine', () => {
    const listener = socket({
      proto: 'tcp',
      state: 'LISTEN',
      local_addr: '0.0.0.0',
      local_port: 2222,
      remote_addr: null,
      process: 'sshd',
    });
    const before = taken((one) => (one.listeners = [...one.listeners!, listener]));
    const after = taken((one) => {
      one.listeners = [...one.listeners!, listener];
      one.conns = [...one.conns!, { ...out, local_port: 2222, remote_port: 61_000, process: 'sshd' }];
    });
    expect(changesOf(after, before)).toMatchObject([
      { change: 'added', key: 'sshd tcp 192.0.2.7 to port 2222', direction: 'in', addr: '192.0.2.7', port: 2222 },
    ]);
  });

  test('a connection that came in stays one when its socket no longer listens', () => {
    const server = { ...out, local_port: 2222, remote_port: 61_000 };
    const listener = socket({
      state: 'LISTEN',
      local_addr: '::',
      local_port: 2222,
      remote_addr: null,
      process: 'curl',
    });
    const listening = taken((one) => {
      one.listeners = [...one.listeners!, listener];
      one.conns = [...one.conns!, server];
    });
    expect(changesOf(withAll(server), listening)).toMatchObject([{ what: 'listener', change: 'removed' }]);
  });
});

describe('interfaces', () => {
  test('one that came, one that went', () => {
    const without = taken((one) => (one.ifaces = one.ifaces!.filter(({ name }) => name !== 'wlan0')));
    expect(changesOf(without)).toMatchObject([
      { what: 'iface', change: 'removed', key: 'wlan0', before: 'wifi up 10.11.1.5/22' },
    ]);
    expect(changesOf(taken(), without)).toMatchObject([
      { what: 'iface', change: 'added', key: 'wlan0', iface: 'wlan0' },
    ]);
  });

  test('what is set of one', () => {
    const after = taken((one) =>
      ofIface(one, 'eth0', { mtu: 1400, ipv4: ['192.168.7.21/24'], state: 'down', alias: 'up\u001b[2J' }),
    );
    expect(changesOf(after)).toMatchObject([
      { what: 'iface_fact', key: 'eth0', field: 'state', before: 'up', after: 'down' },
      { field: 'mtu', before: '1500', after: '1400' },
      { field: 'ipv4', before: '192.168.7.20/24', after: '192.168.7.21/24' },
      { field: 'alias', after: 'up\u001b[2J' },
    ]);
    expect(changesOf(after, taken(), ['iface_fact'])).toEqual([]);
  });

  test('addresses in another order, and what is not known, are no change', () => {
    const after = taken((one) => {
      const { ipv6, flags } = one.ifaces!.find(({ name }) => name === 'eth0')!;
      ofIface(one, 'eth0', { ipv6: ipv6.toReversed(), flags: flags.toReversed(), mtu: null, mac: null });
    });
    expect(changesOf(after)).toEqual([]);
  });
});

describe('counters', () => {
  const NONE = { tx_errors: 0, rx_dropped: 0, tx_dropped: 0, collisions: 0 };
  const counted = (facts: object) =>
    taken((one) => ofIface(one, 'eth0', { rx_bytes: 1000, tx_bytes: 10, rx_errors: 5, ...NONE, ...facts }));

  test('errors and drops that grew; traffic is none', () => {
    expect(changesOf(counted({ rx_bytes: 9000, rx_errors: 8, tx_dropped: 2 }), counted({}))).toEqual([
      {
        what: 'counter',
        change: 'increased',
        key: 'eth0',
        iface: 'eth0',
        field: 'rx_errors',
        before: '5',
        after: '8',
        delta: 3,
      },
      {
        what: 'counter',
        change: 'increased',
        key: 'eth0',
        iface: 'eth0',
        field: 'tx_dropped',
        before: '0',
        after: '2',
        delta: 2,
      },
    ]);
  });

  test.each([
    ['it fell', { rx_errors: 1 }, '1', 1],
    ['its traffic fell', { rx_bytes: 10, rx_errors: 7 }, '7', 7],
    ['the interface is another one', { index: 77, rx_errors: 5 }, '5', 5],
  ])('began anew: %s', (_why, facts, after, delta) => {
    expect(changesOf(counted(facts), counted({}))).toMatchObject([
      { change: 'reset', field: 'rx_errors', before: '5', after, delta },
    ]);
  });

  test('those of the kernel, by name; a start resets all of them and is told', () => {
    const grown = taken((one) => {
      one.counters = one.counters!.map((row) => ({ ...row, value: row.value + 4 }));
    });
    const names = changesOf(grown).map(({ key, delta }) => `${key} ${delta}`);
    expect(names).toContain('TcpExtListenDrops 4');
    expect(names).not.toContain('IpInReceives 4');
    const restarted = taken((one) => {
      later(3600)(one);
      one.host = { ...one.host!, uptime_s: 600 };
    });
    const changes = changesOf(restarted);
    expect(changes[0]).toEqual({
      what: 'host',
      change: 'reset',
      key: 'den',
      field: 'uptime_s',
      before: '86461.07',
      after: '600',
    });
    expect(changes).toContainEqual({
      what: 'counter',
      change: 'reset',
      key: 'TcpExtListenDrops',
      field: 'TcpExtListenDrops',
      before: '14',
      after: '14',
      delta: 14,
    });
    // what had counted nothing had nothing to lose
    expect(changes.map(({ key }) => key)).not.toContain('TcpExtSyncookiesSent');
  });
});

test('routes: one that leads elsewhere, one that came, one that went; what counts down is no change', () => {
  const after = taken((one) => {
    one.routes = one.routes!.map((row) => ({
      ...row,
      expires_s: 17,
      gateway: row.gateway === '192.168.7.1' ? '192.168.7.254' : row.gateway,
    }));
    one.routes = [
      ...one.routes.filter(({ dst }) => dst !== '10.8.0.0/24'),
      { ...one.routes[0]!, dst: '198.51.100.0/24' },
    ];
  });
  expect(changesOf(after)).toMatchObject([
    {
      what: 'route',
      change: 'changed',
      key: 'default ipv4 table main metric 100',
      before: 'via 192.168.7.1 dev eth0',
      after: 'via 192.168.7.254 dev eth0',
    },
    { change: 'removed', key: '10.8.0.0/24 table main', before: 'dev tun0', iface: 'tun0' },
    { change: 'added', key: '198.51.100.0/24 table main metric 100' },
  ]);
});

test('DNS servers and their domains, neighbours with another card, the host', () => {
  const after = taken((one) => {
    one.dns_servers = one
      .dns_servers!.slice(1)
      .map((row) => (row.iface === 'tun0' ? { ...row, search: ['evil.example'] } : row));
    one.neighbors = one
      .neighbors!.map((row) => (row.addr === '192.168.7.1' ? { ...row, mac: '02:00:00:00:00:66' } : row))
      .slice(0, 2);
    one.host = { ...one.host!, kernel: '6.1.0-19-amd64' };
  });
  expect(changesOf(after)).toMatchObject([
    { what: 'host', field: 'kernel', before: '6.1.0-18-amd64', after: '6.1.0-19-amd64' },
    { what: 'dns_server', change: 'removed', key: '9.9.9.9:53', addr: '9.9.9.9', port: 53 },
    {
      what: 'dns_server',
      change: 'changed',
      key: '10.8.0.1:5353 tun0',
      field: 'search',
      before: 'corp.example',
      after: 'evil.example',
    },
    { what: 'neighbor', field: 'mac', addr: '192.168.7.1', before: '52:54:00:aa:bb:01', after: '02:00:00:00:00:66' },
  ]);
  expect(changesOf(after, taken(), ['host', 'dns_server', 'neighbor'])).toEqual([]);
});

test('a part that one of them does not have is named and not compared', () => {
  const without = taken((one) => {
    one.routes = null;
    one.conns = null;
  });
  expect(compareSnapshots(taken(), without, new Set())).toEqual({ rows: [], left: ['routes', 'connections'] });
});

describe('what is no snapshot', () => {
  const refusal = (of: string): string => {
    try {
      parseSnapshot(of, 'x.json');
      return 'none';
    } catch (error) {
      expect(error).toMatchObject({ exit: 65 });
      return (error as Error).message;
    }
  };
  const edited = (edit: (document: Record<string, unknown>) => void): string => {
    const document = JSON.parse(text) as Record<string, unknown>;
    edit(document);
    return JSON.stringify(document);
  };

  test.each<[string, () => string, string]>([
    ['nothing', () => ' \n', 'x.json is empty'],
    ['text', () => 'password', 'x.json is not a snapshot'],
    ['a list', () => '[]', 'x.json is not a snapshot'],
    ['null', () => 'null', 'x.json is not a snapshot'],
    ['a record of another type', () => '{"type":"conn"}', 'x.json is not a snapshot'],
    ['records', () => '{"type":"conn"}\n{"type":"conn"}\n', 'x.json is not a snapshot'],
    [
      'one of a later version',
      () => edited((one) => (one.version = 2)),
      'x.json is a snapshot of version 2, and this netwatch reads none above 1',
    ],
    ['one without a version', () => edited((one) => delete one.version), 'x.json: the snapshot has no version'],
    ['one without a time', () => edited((one) => (one.time = 'noon')), 'x.json: the snapshot has no time'],
    ['a part that is no list', () => edited((one) => (one.routes = {})), 'x.json: routes is not a list'],
    ['a record that is none', () => edited((one) => (one.routes = [7])), 'x.json: routes 1: not a JSON object'],
    [
      'a record of a wrong type',
      () => edited((one) => (one.ifaces = one.routes)),
      'x.json: ifaces 1 is not a record of type iface',
    ],
    [
      'a wrong value',
      () => edited((one) => (one.host = { type: 'host', hostname: 7 })),
      'x.json: host: hostname is not a text: 7',
    ],
    [
      'a record that lacks something',
      () => edited((one) => (one.host = { type: 'host', hostname: 'a' })),
      'x.json: host has no os',
    ],
    ['very deep', () => '['.repeat(1_000_000), 'x.json is not a snapshot'],
  ])('%s', (_what, of, message) => expect(refusal(of())).toBe(message));

  test('one that is cut short, wherever', () => {
    const end = text.trimEnd().length;
    for (let length = 30; length < end; length += 97)
      expect(refusal(text.slice(0, length))).toBe('x.json is a snapshot that is cut short or damaged');
  });

  test('what a later version added is no fault', () => {
    const more = edited((one) => {
      one.tunnels = [{ type: 'tunnel' }];
      one.host = { ...(one.host as object), color: 'red' };
      delete one.counters;
    });
    expect(compareSnapshots(taken(), parseSnapshot(more, 'x'), new Set())).toEqual({ rows: [], left: ['counters'] });
  });
});
