import { expect, test } from 'vitest';
import { InterfaceGrowth, MOST_INTERFACES } from '../../../../src/core/insight/interface-growth.ts';
import type { OpenRule } from '../../../../src/core/insight/rule.ts';
import { interfaceDrops } from '../../../../src/core/insight/rules/interface-drops.ts';
import { interfaceErrors } from '../../../../src/core/insight/rules/interface-errors.ts';
import { interfaceMtu, MOST_INTERFACES as MOST_WITH_MTU } from '../../../../src/core/insight/rules/interface-mtu.ts';
import type { IfaceRow } from '../../../../src/core/record/tables/iface.ts';
import { interfaceOf } from '../../../support/fake-platform.ts';
import { opened } from '../../../support/insights.ts';

const rowOf = (changes: Partial<IfaceRow> = {}): IfaceRow => ({
  time: '2026-01-02T03:04:05.000Z',
  ...interfaceOf(),
  ...{ rx_rate: null, tx_rate: null, rx_packet_rate: null, tx_packet_rate: null, vendor: null },
  ...{ rx_packets: 0, tx_packets: 0 },
  ...changes,
});
const foundBy = (open: OpenRule) => [...open.findings(0)];

/** What is found of an interface that was so, and is so ten seconds later. */
function after(open: OpenRule, before: Partial<IfaceRow>, now: Partial<IfaceRow>) {
  open.iface!([rowOf(before)], 100);
  open.iface!([rowOf(now)], 110);
  return foundBy(open);
}

test.each([
  ['10 of 100,000', { rx_packets: 99_990, rx_errors: 910 }, 1],
  ['9 of 9', { rx_errors: 909 }, 0],
  ['10 of 100,001', { rx_packets: 99_991, rx_errors: 910 }, 0],
  ['10, but of another interface of that name', { index: 3, rx_errors: 910 }, 0],
  ['fewer than before: it counts anew', { rx_errors: 20 }, 0],
])('interface_errors: in ten seconds, %s', (_, now, findings) => {
  expect(after(opened(interfaceErrors), { rx_errors: 900 }, now)).toEqual(
    [
      {
        subject: 'eth0 received',
        summary: 'eth0 had 10 errors in 100000 packets that it received in 10s',
        confidence: 'high',
        evidence: ['iface name=eth0 rx_errors=910 rx_packets=99990 grown=10'],
        since: null,
      },
    ].slice(0, findings),
  );
});

test.each([
  ['1000 of 100,000', { tx_packets: 99_000, tx_errors: 1000 }, 1],
  ['999 of 999', { tx_errors: 999 }, 0],
  ['1000 of 100,001', { tx_packets: 99_001, tx_errors: 1000 }, 0],
])('interface_errors: at one look, since boot, %s', (_, now, findings) => {
  const open = opened(interfaceErrors);
  open.iface!([rowOf(now)], 0);
  expect(foundBy(open)).toEqual(
    [
      {
        subject: 'eth0 sent',
        severity: 'note',
        summary: 'eth0 had 1000 errors in 100000 packets that it sent since boot',
        confidence: 'low',
        evidence: ['iface name=eth0 tx_errors=1000 tx_packets=99000'],
        since: null,
      },
    ].slice(0, findings),
  );
});

test('interface_errors: what is new takes the place of the note', () => {
  const found = after(opened(interfaceErrors), { tx_errors: 1000 }, { tx_errors: 1010 });
  expect(found.map(({ summary }) => summary)).toEqual(['eth0 had 10 errors in 10 packets that it sent in 10s']);
});

test.each([
  ['100 of 100,000', { rx_packets: 99_900, rx_dropped: 5100 }, 1],
  ['99: too few, and too slow', { rx_dropped: 5099 }, 0],
  ['100 of 100,001', { rx_packets: 99_901, rx_dropped: 5100 }, 0],
])('interface_drops: in ten seconds, %s', (_, now, findings) => {
  expect(after(opened(interfaceDrops), { rx_dropped: 5000 }, now)).toEqual(
    [
      {
        subject: 'eth0 received',
        summary: 'eth0 dropped 100 of 100000 packets that it received in 10s (0.1 %)',
        confidence: 'medium',
        evidence: ['iface name=eth0 rx_dropped=5100 rx_packets=99900 grown=100'],
        since: null,
      },
    ].slice(0, findings),
  );
});

test.each([
  [10, 1],
  [11, 0],
])('interface_drops: 100 in %i seconds', (seconds, findings) => {
  const open = opened(interfaceDrops);
  open.iface!([rowOf()], 100);
  open.iface!([rowOf({ tx_dropped: 100 })], 100 + seconds);
  expect(foundBy(open).map(({ confidence }) => confidence)).toEqual(['high'].slice(0, findings));
});

test.each([
  ['1000 of 100,000', { tx_packets: 99_000, tx_dropped: 1000 }, 1],
  ['999 of 999', { tx_dropped: 999 }, 0],
  ['1000 of 100,001', { tx_packets: 99_001, tx_dropped: 1000 }, 0],
  ['received, where others speak protocols of their own', { rx_packets: 99_000, rx_dropped: 1000 }, 0],
])('interface_drops: at one look, since boot, %s', (_, now, findings) => {
  const open = opened(interfaceDrops);
  open.iface!([rowOf(now)], 0);
  expect(foundBy(open)).toEqual(
    [
      {
        subject: 'eth0 sent',
        severity: 'note',
        summary: 'eth0 dropped 1000 of 100000 packets that it sent since boot (1 %)',
        confidence: 'low',
        evidence: ['iface name=eth0 tx_dropped=1000 tx_packets=99000'],
        since: null,
      },
    ].slice(0, findings),
  );
});

test('interface_errors: those lately, however long the run', () => {
  const open = opened(interfaceErrors);
  const at = (seconds: number, rx_errors: number) => {
    open.iface!([rowOf({ rx_errors })], seconds);
    return foundBy(open).map(({ summary }) => summary);
  };
  at(0, 0);
  expect(at(60, 10)).toEqual(['eth0 had 10 errors in 10 packets that it received in 1m00s']);
  expect(at(120, 10)).toEqual(['eth0 had 10 errors in 10 packets that it received in 2m00s']);
  expect(at(600, 10)).toEqual(['eth0 had 10 errors in 10 packets that it received in 10m00s']);
  expect(at(899, 10)).toEqual(['eth0 had 10 errors in 10 packets that it received in 14m59s']);
  expect(at(900, 10)).toEqual([]);
});

test('the growth of so many interfaces is known, and of no more', () => {
  const growth = new InterfaceGrowth();
  growth.take(
    Array.from({ length: MOST_INTERFACES + 1 }, (_, index) => rowOf({ name: `eth${index}` })),
    0,
  );
  expect([...growth.all()]).toHaveLength(MOST_INTERFACES);
});

const bridge = rowOf({ name: 'br0', kind: 'bridge' });
const port = (name: string, mtu: number, changes: Partial<IfaceRow> = {}) =>
  rowOf({ name, mtu, master: 'br0', ...changes });

test('interface_mtu: the members of a bridge', () => {
  const open = opened(interfaceMtu);
  open.iface!([bridge, port('eth0', 9000), port('tap0', 1500)], 0);
  expect(foundBy(open)).toEqual([
    {
      subject: 'br0',
      summary: 'the MTUs of the bridge br0 differ: tap0 has 1500 bytes, eth0 9000',
      confidence: 'medium',
      evidence: [
        'iface name=br0 mtu=1500',
        'iface name=tap0 mtu=1500 master=br0',
        'iface name=eth0 mtu=9000 master=br0',
      ],
      since: null,
    },
  ]);
});

test.each<[string, readonly IfaceRow[], readonly string[]]>([
  ['a bridge as large as its members', [bridge, port('eth0', 1500), port('tap0', 1500)], []],
  ['a bridge smaller than its members', [bridge, port('eth0', 1501), port('tap0', 1501)], []],
  ['a bridge larger than its members', [bridge, port('eth0', 1499)], ['eth0 has 1499 bytes, br0 1500']],
  ['a member that is down', [bridge, port('eth0', 1500), port('tap0', 9000, { flags: [] })], []],
  ['members of a VRF', [{ ...bridge, kind: 'vrf' }, port('eth0', 9000), port('tap0', 1500)], []],
  ['a bond', [{ ...bridge, kind: 'bond' }, port('eth0', 9000), port('eth1', 1500)], ['eth1 has 1500 bytes, eth0 9000']],
  ['a VLAN larger than its parent', [rowOf(), vlan(1501)], ['eth0 has 1500 bytes, eth0.5 1501']],
  ['a VLAN as large as its parent', [rowOf(), vlan(1500)], []],
  ['a VLAN smaller than its parent', [rowOf(), vlan(1499)], []],
  ['a VLAN whose parent is not seen', [vlan(9000)], []],
  ['a veth pair', [veth('a', 'b', 1500), veth('b', 'a', 1450)], ['b has 1450 bytes, a 1500']],
  ['a veth pair of one size', [veth('a', 'b', 1500), veth('b', 'a', 1500)], []],
])('interface_mtu: %s', (_, rows, said) => {
  const open = opened(interfaceMtu);
  open.iface!(rows, 0);
  expect(foundBy(open).map(({ summary }) => summary.replace(/^.* differ: /, ''))).toEqual(said);
});

test('interface_mtu: so many interfaces are looked at, and no more', () => {
  const open = opened(interfaceMtu);
  const fillers = Array.from({ length: MOST_WITH_MTU - 2 }, (_, index) => rowOf({ name: `x${index}` }));
  const pair = [veth('a', 'b', 1500), veth('b', 'a', 1450)];
  open.iface!([...fillers, ...pair], 0);
  expect(foundBy(open)).toHaveLength(1);
  open.iface!([...fillers, rowOf(), ...pair], 0);
  expect(foundBy(open)).toHaveLength(0);
});

function vlan(mtu: number): IfaceRow {
  return rowOf({ name: 'eth0.5', kind: 'vlan', parent: 'eth0', mtu });
}

function veth(name: string, parent: string, mtu: number): IfaceRow {
  return rowOf({ name, kind: 'veth', parent, mtu });
}
