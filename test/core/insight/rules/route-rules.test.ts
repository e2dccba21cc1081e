import { expect, test } from 'vitest';
import { noDefaultRoute } from '../../../../src/core/insight/rules/no-default-route.ts';
import { MOST_ROUTES, MOST_SERVERS, resolverRoute } from '../../../../src/core/insight/rules/resolver-route.ts';
import type { IfaceRow } from '../../../../src/core/record/tables/iface.ts';
import { type DnsServerRow, PLAIN_ROUTE, type RouteRow } from '../../../../src/core/record/tables/network-config.ts';
import { interfaceOf } from '../../../support/fake-platform.ts';
import { opened } from '../../../support/insights.ts';

const routeTo = (dst: string, changes: Partial<RouteRow> = {}): RouteRow => ({
  ...PLAIN_ROUTE,
  family: dst.includes(':') ? 'ipv6' : 'ipv4',
  dst,
  ...{ gateway: null, iface: 'eth0', metric: 0, src: null, scope: null, proto: null },
  ...{ table: 'main', kind: 'unicast' },
  ...changes,
});
const LINK = routeTo('192.0.2.0/24');
const GLOBAL = { ipv6: ['2a00:1450::5/64'] };

function wayOut(routes: readonly RouteRow[], changes: Partial<IfaceRow> = {}) {
  const open = opened(noDefaultRoute);
  open.route!(routes, 0);
  open.iface!([{ ...interfaceOf(), ...changes } as IfaceRow], 0);
  return [...open.findings(0)];
}

test('no_default_route: none, and an interface with an address', () => {
  expect(wayOut([LINK])).toEqual([
    {
      subject: 'default route',
      summary: 'there is no default route, and eth0 is up with the address 192.0.2.10/24',
      confidence: 'high',
      evidence: ['iface name=eth0 state=up addr=192.0.2.10/24'],
      since: null,
    },
  ]);
});

test.each<[string, readonly RouteRow[], Partial<IfaceRow>, readonly string[]]>([
  ['none, and a link-local address', [LINK], { ipv4: ['169.254.7.7/16'], ipv6: ['fe80::1/64'] }, []],
  ['none, and no address', [LINK], { ipv4: [] }, []],
  ['none, and an interface that is down', [LINK], { state: 'down' }, []],
  ['none, and an interface that is switched off', [LINK], { flags: [] }, []],
  ['none, and a loopback interface', [LINK], { kind: 'loopback' }, []],
  ['no route at all could be read', [], {}, []],
  ['one of IPv4', [routeTo('default')], {}, []],
  ['one of IPv6', [LINK, routeTo('default', { family: 'ipv6' })], {}, []],
  ['that of a VPN', [routeTo('0.0.0.0/1'), routeTo('128.0.0.0/1')], {}, []],
  ['one that refuses', [routeTo('default', { kind: 'unreachable' })], {}, ['default route']],
  ['one that is dead', [routeTo('default', { flags: ['dead'] })], {}, ['default route']],
  ['IPv4 alone, with a global IPv6 address', [routeTo('default')], GLOBAL, ['default route of IPv6']],
  ['IPv4 alone, with a private IPv6 address', [routeTo('default')], { ipv6: ['fd00::5/64'] }, []],
  ['both', [routeTo('default'), routeTo('default', { family: 'ipv6' })], GLOBAL, []],
])('no_default_route: %s', (_, routes, changes, subjects) => {
  expect(wayOut(routes, changes).map(({ subject }) => subject)).toEqual(subjects);
});

test('no_default_route: of IPv6 alone it is a note', () => {
  expect(wayOut([routeTo('default')], GLOBAL)).toEqual([
    {
      subject: 'default route of IPv6',
      severity: 'note',
      summary: 'there is no default route of IPv6, and eth0 is up with the address 2a00:1450::5/64',
      confidence: 'high',
      evidence: ['iface name=eth0 state=up addr=2a00:1450::5/64'],
      since: null,
    },
  ]);
});

function unroutable(routes: readonly RouteRow[], ...addresses: readonly string[]) {
  const open = opened(resolverRoute);
  open.route!(routes, 0);
  const rest = { port: 53, iface: null, search: [], source: '/etc/resolv.conf' };
  open.dns_server!(
    addresses.map((addr): DnsServerRow => ({ addr, ...rest })),
    0,
  );
  return [...open.findings(0)];
}

test('resolver_route: no route, or one that refuses', () => {
  const prohibited = routeTo('198.51.100.0/24', { kind: 'prohibit', iface: null });
  expect(unroutable([LINK, prohibited], '203.0.113.53', '198.51.100.53', '192.0.2.53')).toEqual([
    {
      subject: '203.0.113.53',
      severity: 'warn',
      summary: 'no route leads to the DNS server 203.0.113.53',
      confidence: 'high',
      evidence: ['dns_server addr=203.0.113.53 source=/etc/resolv.conf'],
      since: null,
    },
    {
      subject: '198.51.100.53',
      severity: 'warn',
      summary: 'no route leads to the DNS server 198.51.100.53: the route 198.51.100.0/24 is prohibit',
      confidence: 'high',
      evidence: ['dns_server addr=198.51.100.53 source=/etc/resolv.conf', 'route dst=198.51.100.0/24 kind=prohibit'],
      since: null,
    },
  ]);
  expect(unroutable([LINK], '203.0.113.53', '203.0.113.53')).toMatchObject([{ severity: 'error' }]);
});

test.each<[string, readonly RouteRow[], string, number]>([
  ['its network', [LINK], '192.0.2.53', 0],
  ['a network beside it', [LINK], '192.0.3.53', 1],
  ['the default route', [LINK, routeTo('default')], '203.0.113.53', 0],
  ['the default route of the other family', [LINK, routeTo('default', { family: 'ipv6' })], '203.0.113.53', 1],
  ['IPv6', [routeTo('default', { family: 'ipv6' })], '2001:db8::53', 0],
  ['a link-local server', [routeTo('fe80::/64')], 'fe80::1%eth0', 0],
  ['a local stub, whatever the routes', [LINK], '127.0.0.53', 0],
  ['a local stub of IPv6', [LINK], '::1', 0],
  [
    'a more specific route that refuses',
    [routeTo('default'), routeTo('203.0.113.53/32', { kind: 'blackhole' })],
    '203.0.113.53',
    1,
  ],
  ['a less specific route that refuses', [routeTo('192.0.0.0/8', { kind: 'blackhole' }), LINK], '192.0.2.53', 0],
  [
    'another as specific that does not',
    [routeTo('default', { kind: 'unreachable' }), routeTo('default')],
    '203.0.113.53',
    0,
  ],
  ['no routes read', [], '203.0.113.53', 0],
])('resolver_route: %s', (_, routes, addr, findings) => {
  expect(unroutable(routes, addr)).toHaveLength(findings);
});

test('resolver_route: a machine with so many routes is judged, and none with more', () => {
  const others = Array.from({ length: MOST_ROUTES }, () => routeTo('198.51.100.0/24'));
  expect(unroutable(others, '192.0.2.53')).toHaveLength(1);
  expect(unroutable([...others, LINK], '203.0.113.53')).toHaveLength(0);
});

test('resolver_route: so many servers are looked at, and no more', () => {
  const servers = Array.from({ length: MOST_SERVERS + 1 }, (_, at) => `203.0.113.${at}`);
  expect(unroutable([LINK], ...servers)).toHaveLength(MOST_SERVERS);
});
