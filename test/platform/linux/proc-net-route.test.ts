import { describe, expect, test } from 'vitest';
import { PLAIN_ROUTE } from '../../../src/core/record/tables/network-config.ts';
import { parseProcIpv6Route, parseProcRoute } from '../../../src/platform/linux/proc-net-route.ts';
import { brokenDen, den } from './folder-machine.ts';
import { badPrefix } from './text-prefixes.ts';

const ipv4 = {
  family: 'ipv4',
  gateway: null,
  metric: 0,
  src: null,
  scope: null,
  proto: null,
  table: 'main',
  kind: 'unicast',
  ...PLAIN_ROUTE,
};
const ipv6 = {
  family: 'ipv6',
  gateway: null,
  iface: 'eth0',
  metric: 256,
  src: null,
  scope: 'global',
  proto: null,
  table: null,
  kind: 'unicast',
  ...PLAIN_ROUTE,
};

describe('parseProcRoute', () => {
  const text = den.read('/proc/net/route');

  test('reads the main table', () => {
    expect(parseProcRoute(text)).toEqual([
      { ...ipv4, dst: 'default', gateway: '192.168.7.1', iface: 'eth0', metric: 100 },
      { ...ipv4, dst: 'default', gateway: '10.11.0.1', iface: 'wlan0', metric: 600 },
      { ...ipv4, dst: '10.8.0.0/24', iface: 'tun0' },
      { ...ipv4, dst: '10.11.0.0/22', iface: 'wlan0', metric: 600 },
      { ...ipv4, dst: '10.99.0.0/16', iface: null, kind: null },
      { ...ipv4, dst: '172.18.0.0/16', iface: 'br0' },
      { ...ipv4, dst: '192.168.7.0/24', iface: 'eth0', metric: 100 },
      { ...ipv4, dst: '192.168.7.9', iface: 'eth0', metric: 4294967295 },
    ]);
  });

  test('skips broken lines and keeps the others', () => {
    expect(parseProcRoute(brokenDen.read('/proc/net/route'))).toEqual([
      { ...ipv4, dst: 'default', gateway: '192.168.7.1', iface: 'eth0', metric: 100 },
      { ...ipv4, dst: '192.168.7.0/24', iface: 'eth0', metric: 100 },
    ]);
  });

  test('survives every cut', () => expect(badPrefix(text, parseProcRoute)).toBeNull());
});

describe('parseProcIpv6Route', () => {
  const text = den.read('/proc/net/ipv6_route');

  test('reads every table, without cached routes', () => {
    expect(parseProcIpv6Route(text)).toEqual([
      { ...ipv6, dst: 'fd00:7::/64', metric: 100 },
      { ...ipv6, dst: 'fe80::/64' },
      { ...ipv6, dst: 'default', gateway: 'fe80::1', metric: 100 },
      { ...ipv6, dst: '::1', iface: 'lo', metric: 0, table: 'local', kind: 'local' },
      { ...ipv6, dst: 'fd00:7::20', metric: 0, table: 'local', kind: 'local' },
      { ...ipv6, dst: 'fe80::', metric: 0, table: 'local', kind: 'anycast' },
      { ...ipv6, dst: 'ff00::/8', table: 'local', kind: 'multicast' },
      { ...ipv6, dst: 'default', iface: null, metric: 4294967295, kind: null },
    ]);
  });

  test('skips broken lines and keeps the others', () => {
    expect(parseProcIpv6Route(brokenDen.read('/proc/net/ipv6_route'))).toEqual([
      { ...ipv6, dst: 'fd00:7::/64', metric: 100 },
      { ...ipv6, dst: '::1', iface: 'lo', metric: 0, table: 'local', kind: 'local' },
    ]);
  });

  test('survives every cut', () => expect(badPrefix(text, parseProcIpv6Route)).toBeNull());
});
