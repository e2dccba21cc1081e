import { expect, test } from 'vitest';
import type { RouteRow } from '../../../src/core/record/tables/network-config.ts';
import { defaultDevice } from '../../../src/core/sample/default-device.ts';
import type { InterfaceReading } from '../../../src/core/system/platform.ts';
import { fakePlatform, interfaceOf } from '../../support/fake-platform.ts';

const routeOf = (iface: string | null, metric: number | null, dst = 'default') => ({ dst, iface, metric }) as RouteRow;
const LO = interfaceOf({ name: 'lo', kind: 'loopback', state: 'up' });
const DOWN = interfaceOf({ name: 'eth0', state: 'down' });
const UP = interfaceOf({ name: 'eth1', state: 'up' });

const deviceOf = (routes: readonly RouteRow[], interfaces: readonly InterfaceReading[]) =>
  defaultDevice({ ...fakePlatform([], [interfaces]), readRoutes: async () => ({ rows: routes, limits: [] }) });

test.each<[string, readonly RouteRow[], readonly InterfaceReading[], string]>([
  ['that of the default route with the lowest metric', [routeOf('a', 2), routeOf('b', 1), routeOf('c', 3)], [UP], 'b'],
  ['a metric that is not told is the lowest', [routeOf('a', 1), routeOf('b', null)], [UP], 'b'],
  ['the same, the other way round', [routeOf('a', null), routeOf('b', 1)], [UP], 'a'],
  ['no other route', [routeOf('a', 1, '10.0.0.0/8')], [UP], 'eth1'],
  ['a default route of no interface', [routeOf(null, 0), routeOf('a', 1)], [UP], 'a'],
  ['only routes of no interface', [routeOf(null, 0)], [UP], 'eth1'],
  ['the first that is up, not the loopback', [], [LO, DOWN, UP], 'eth1'],
  ['or else the loopback', [], [DOWN, LO], 'lo'],
])('%s', async (_what, routes, interfaces, expected) => {
  expect(await deviceOf(routes, interfaces)).toBe(expected);
});

test('where none is up it fails', async () => {
  await expect(deviceOf([], [DOWN])).rejects.toMatchObject({
    exit: 66,
    message: 'no interface is up',
    hint: 'netwatch capture -D',
  });
});
