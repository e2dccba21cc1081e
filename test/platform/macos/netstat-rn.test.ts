import { describe, expect, test } from 'vitest';
import { PLAIN_ROUTE } from '../../../src/core/record/tables/network-config.ts';
import { parseNetstatRoutes } from '../../../src/platform/macos/netstat-rn.ts';
import { BROKEN, expectCutsToKeepRows, outputOf } from './fixture.ts';

const IPV4 = 'netstat -rnl -f inet';
const IPV6 = 'netstat -rnl -f inet6';

test('IPv4 routes, without those cloned for a neighbour', () => {
  const routes = parseNetstatRoutes(outputOf(IPV4), 'ipv4');
  expect(routes.map(({ dst, gateway, iface, table, kind }) => [dst, gateway, iface, table, kind])).toEqual([
    ['default', '192.168.1.1', 'en0', 'main', 'unicast'],
    ['default', null, 'utun3', 'scoped', 'unicast'],
    ['10.0.0.0/8', '10.8.0.5', 'utun3', 'main', 'unicast'],
    ['10.8.0.5', null, 'utun3', 'main', 'unicast'],
    ['127.0.0.0/8', null, 'lo0', 'main', 'unicast'],
    ['127.0.0.1', null, 'lo0', 'main', 'local'],
    ['169.254.0.0/16', null, 'en0', 'main', 'unicast'],
    ['172.16.0.0/12', '172.20.0.1', 'en7', 'main', 'unicast'],
    ['172.20.0.0/20', null, 'en7', 'main', 'unicast'],
    ['192.0.2.66', null, null, 'main', 'blackhole'],
    ['192.168.1.0/24', null, 'en0', 'main', 'unicast'],
    ['192.168.1.1', null, 'en0', 'main', 'unicast'],
    ['192.168.1.23', null, 'en0', 'main', 'unicast'],
    ['224.0.0.0/4', null, 'en0', 'main', 'multicast'],
    ['255.255.255.255', null, 'en0', 'main', 'unicast'],
  ]);
  expect(routes[0]).toEqual({
    family: 'ipv4',
    dst: 'default',
    gateway: '192.168.1.1',
    iface: 'en0',
    metric: null,
    src: '192.168.1.23',
    scope: 'global',
    proto: 'static',
    table: 'main',
    kind: 'unicast',
    ...PLAIN_ROUTE,
  });
});

test('IPv6 routes have a source and a scope', () => {
  const routes = parseNetstatRoutes(outputOf(IPV6), 'ipv6');
  expect(routes.map(({ dst, gateway, iface, src, scope }) => [dst, gateway, iface, src, scope])).toEqual([
    ['default', 'fe80::1', 'en0', '2001:db8:1:2:1c2d:3eff:fe4f:5061', 'global'],
    ['default', null, 'utun0', 'fe80::aaf6:1785:571a:57a9', 'global'],
    ['::1', null, 'lo0', '::1', 'host'],
    ['2001:db8:1:2::/64', null, 'en0', '2001:db8:1:2:1c2d:3eff:fe4f:5061', 'link'],
    ['2001:db8:1:2::beef', null, 'lo0', '2001:db8:1:2::beef', 'host'],
    ['2001:db8:1:2:1c2d:3eff:fe4f:5061', null, 'lo0', '2001:db8:1:2:1c2d:3eff:fe4f:5061', 'host'],
    ['fe80::/64', null, 'lo0', 'fe80::1', 'link'],
    ['fe80::1', null, 'lo0', 'fe80::1', 'host'],
    ['fe80::/64', null, 'en0', 'fe80::1c2d:3eff:fe4f:5061', 'link'],
    ['ff00::/8', null, 'lo0', '::1', 'link'],
    ['ff02::/32', null, 'en0', 'fe80::1c2d:3eff:fe4f:5061', 'link'],
  ]);
});

describe('the tables of other releases', () => {
  test.each([
    ['since 10.15, without -l', 'default  192.168.1.1  UGScg  en0\n', 'en0', null],
    ['with an expiry', 'default  192.168.1.1  UGScg  en0  !\n', 'en0', null],
    ['with Refs and Use', 'default  192.168.1.1  UGSc  85  24  en0  1200\n', 'en0', null],
    ['with an empty Mtu', 'default  192.168.1.1  192.168.1.23  UGSc  85  24         en0\n', 'en0', '192.168.1.23'],
  ])('%s', (_, text, iface, src) => {
    expect(parseNetstatRoutes(text, 'ipv4')).toMatchObject([{ dst: 'default', gateway: '192.168.1.1', iface, src }]);
  });
});

describe('destinations', () => {
  test.each([
    ['10', 'UC', '10.0.0.0/8'],
    ['10.1', 'UC', '10.1.0.0/8'],
    ['10.1/16', 'UC', '10.1.0.0/16'],
    ['0/1', 'UC', '0.0.0.0/1'],
    ['128.0/1', 'UC', '128.0.0.0/1'],
    ['169.254', 'UC', '169.254.0.0/16'],
    ['192.168.1', 'UC', '192.168.1.0/24'],
    ['192.168.1.64/26', 'UC', '192.168.1.64/26'],
    ['192.168.1.7', 'UH', '192.168.1.7'],
  ])('%s with flags %s is %s', (text, flags, dst) => {
    expect(parseNetstatRoutes(`${text} link#4 ${flags} en0\n`, 'ipv4')[0]?.dst).toBe(dst);
  });

  test.each(['1.2.3.4.5', '256', '10/33', '10/', '10&0xff00ff', 'fe80::1', ''])('%j is none', (text) => {
    expect(parseNetstatRoutes(`${text} link#4 UC en0\n`, 'ipv4')).toEqual([]);
  });
});

test('flags tell the kind', () => {
  const kindOf = (flags: string): unknown => parseNetstatRoutes(`10 link#4 ${flags} en0\n`, 'ipv4')[0]?.kind;
  expect(['UC', 'UB', 'UR', 'Ub', 'Um'].map(kindOf)).toEqual([
    'unicast',
    'blackhole',
    'unreachable',
    'broadcast',
    'multicast',
  ]);
});

test('a table cut anywhere keeps the rows before', () => {
  expectCutsToKeepRows(outputOf(IPV4), (text) => parseNetstatRoutes(text, 'ipv4'));
  expectCutsToKeepRows(outputOf(IPV6), (text) => parseNetstatRoutes(text, 'ipv6'));
  expect(parseNetstatRoutes(outputOf(IPV4, BROKEN), 'ipv4')).toHaveLength(10);
  expect(parseNetstatRoutes(outputOf(IPV6, BROKEN), 'ipv6')).toHaveLength(6);
});
