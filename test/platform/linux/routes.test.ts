import { expect, test } from 'vitest';
import { readRoutes } from '../../../src/platform/linux/routes.ts';
import { brokenDen, den, folderMachine } from './folder-machine.ts';

test('a machine as files has the routes of /proc/net', () => {
  expect(
    readRoutes(den, null)
      .rows.filter(({ dst }) => dst === 'default')
      .map(({ family, iface }) => [family, iface]),
  ).toEqual([
    ['ipv4', 'eth0'],
    ['ipv4', 'wlan0'],
    ['ipv6', 'eth0'],
    ['ipv6', null],
  ]);
  expect(readRoutes(brokenDen, null).rows.length).toBe(4);
  expect(readRoutes(folderMachine({}), null)).toEqual({ rows: [], limits: [] });
});
