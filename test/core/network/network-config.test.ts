import { expect, test } from 'vitest';
import { defaultRoutes, hostOf } from '../../../src/core/network/network-config.ts';
import type { DnsServerRow, RouteRow } from '../../../src/core/record/tables/network-config.ts';

const routeOf = (gateway: string | null, changes: Partial<RouteRow> = {}) =>
  ({ family: 'ipv4', dst: 'default', gateway, metric: 100, table: 'main', ...changes }) as RouteRow;

test('default routes are those with a gateway in the main table, the lowest metric first', () => {
  const routes = [
    routeOf('10.0.0.9', { metric: 600 }),
    routeOf('fe80::1', { family: 'ipv6' }),
    routeOf('10.0.0.1'),
    routeOf('10.0.0.2', { table: null, metric: null }),
    routeOf('10.0.0.3', { dst: '10.0.0.0/8' }),
    routeOf(null),
    routeOf('10.0.0.4', { table: 'local' }),
    routeOf('10.0.0.5', { metric: 1 }),
    routeOf('10.0.0.6'),
  ];
  expect(defaultRoutes(routes).map(({ gateway }) => gateway)).toEqual([
    '10.0.0.2',
    '10.0.0.5',
    '10.0.0.1',
    '10.0.0.6',
    'fe80::1',
    '10.0.0.9',
  ]);
  expect(defaultRoutes([routeOf('a'), routeOf('b', { family: 'ipv6' })]).map(({ gateway }) => gateway)).toEqual([
    'a',
    'b',
  ]);
});

test('the row of the machine names each gateway and each server once', () => {
  const facts = { hostname: 'box', os: 'Test OS', kernel: '1.0', uptime_s: 5 };
  const servers = ['9.9.9.9', '1.1.1.1', '9.9.9.9'].map((addr) => ({ addr }) as DnsServerRow);
  expect(hostOf(facts, [routeOf('b', { metric: 2 }), routeOf('a', { metric: 1 }), routeOf('b')], servers)).toEqual({
    ...facts,
    gateway: ['a', 'b'],
    dns: ['9.9.9.9', '1.1.1.1'],
  });
});
