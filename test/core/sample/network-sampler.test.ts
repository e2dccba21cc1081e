import { expect, test } from 'vitest';
import { readNetwork } from '../../../src/core/sample/network-sampler.ts';
import { fakePlatform } from '../../support/fake-platform.ts';

const limit = (what: string) => ({ what, why: 'why', remedy: null });
const ROUTE = { family: 'ipv4', dst: 'default', gateway: '10.0.0.1', iface: 'eth0', metric: 1, table: null } as never;
const SERVER = { addr: '9.9.9.9', port: 53, iface: null, search: [], source: 'resolv.conf' } as never;
const NEIGHBOR = { addr: '10.0.0.1', mac: null, iface: 'eth0', state: null } as never;
const PLATFORM = {
  ...fakePlatform([]),
  readRoutes: async () => ({ rows: [ROUTE], limits: [limit('routes')] }),
  readDnsServers: async () => ({ rows: [SERVER], limits: [limit('dns')] }),
  readNeighbors: async () => ({ rows: [NEIGHBOR], limits: [limit('neighbors')] }),
};
const HOST = {
  hostname: 'box',
  os: 'Test OS',
  kernel: '1.0',
  uptime_s: 5,
  gateway: ['10.0.0.1'],
  dns: ['9.9.9.9'],
};

test.each([
  ['routes', 'route', ROUTE, ['routes']],
  ['dns', 'dns_server', SERVER, ['dns']],
  ['neighbors', 'neighbor', NEIGHBOR, ['neighbors']],
  ['host', 'host', HOST, ['routes', 'dns']],
] as const)('%s: its records, and what could not be read', async (part, type, row, limits) => {
  const read = await readNetwork(PLATFORM, part);
  expect([read.table.type, [...read.rows], read.limits]).toEqual([type, [row], limits.map(limit)]);
});
