import { expect, test } from 'vitest';
import { MOST_TARGETS, pathChange } from '../../../../src/core/insight/rules/path-change.ts';
import { Shared } from '../../../../src/core/insight/shared.ts';
import { PLAIN_ROUTE, type RouteRow } from '../../../../src/core/record/tables/network-config.ts';
import { fakePlatform, interfaceOf, readingOf } from '../../../support/fake-platform.ts';
import { recordsOf, runInProcess } from '../../../support/in-process.ts';
import { opened } from '../../../support/insights.ts';
import { roundOf } from '../../../support/probe-rows.ts';

const by = (gateway: string | null, iface: string, changes: Partial<RouteRow> = {}): RouteRow => ({
  ...PLAIN_ROUTE,
  ...{ family: 'ipv4', dst: 'default', gateway, iface, metric: 100, src: null, scope: null, proto: null },
  ...{ table: 'main', kind: 'unicast' },
  ...changes,
});
const LINK = by(null, 'eth0', { dst: '192.0.2.0/24' });
const CABLE = by('192.0.2.254', 'eth0');

function found(...looks: readonly (readonly RouteRow[])[]) {
  const open = opened(pathChange);
  for (const [at, rows] of looks.entries()) {
    open.iface!([interfaceOf(), { ...interfaceOf(), name: 'wg0', kind: 'wireguard' }] as never, at);
    open.route!(rows, 60 + at);
  }
  return [...open.findings(0)];
}

test('path_change: a default route through a tunnel', () => {
  expect(found([LINK, CABLE], [LINK, CABLE, by(null, 'wg0', { dst: '0.0.0.0/1', metric: 0 })])).toEqual([
    {
      subject: 'default route of IPv4',
      severity: 'note',
      summary: 'the default route of IPv4 changed from 192.0.2.254 on eth0 to wg0 (tunnel, wireguard)',
      confidence: 'high',
      evidence: [
        'route dst=0.0.0.0/1 iface=wg0 metric=0',
        'route dst=default gateway=192.0.2.254 iface=eth0 metric=100 was=true',
      ],
      since: '1970-01-01T00:01:01.000Z',
    },
  ]);
});

test.each<[string, readonly RouteRow[], readonly string[]]>([
  ['the same', [CABLE, LINK], []],
  ['another metric', [LINK, { ...CABLE, metric: 50 }], []],
  ['one that is worse beside it', [LINK, by('198.51.100.1', 'wlan0', { metric: 600 }), CABLE], []],
  ['one of another table', [LINK, CABLE, by('198.51.100.1', 'wlan0', { metric: 1, table: '100' })], []],
  ['none can be read', [], []],
  ['one that is better', [LINK, CABLE, by('198.51.100.1', 'wlan0', { metric: 50 })], ['note']],
  ['another gateway', [LINK, by('192.0.2.253', 'eth0')], ['note']],
  ['none', [LINK], ['warn']],
  ['another family', [LINK, CABLE, by('fe80::1', 'eth0', { family: 'ipv6' })], ['note']],
])('path_change: %s', (_, routes, severities) => {
  expect(found([LINK, CABLE], routes).map(({ severity }) => severity)).toEqual(severities);
  expect(found(routes)).toEqual([]);
});

test('path_change: another own address on the way to a target', () => {
  const open = opened(pathChange);
  const row = roundOf('tcp://192.0.2.1:80', [5], { local_addr: '192.0.2.10', iface: 'eth0', path_changes: 0 });
  open.probe!([row], 60);
  open.probe!([{ ...row, local_addr: null }], 61);
  open.probe!([row], 62);
  expect([...open.findings(0)]).toEqual([]);
  open.probe!([{ ...row, local_addr: '10.8.0.2', iface: 'tun0', path_changes: 1 }], 63);
  expect([...open.findings(0)]).toEqual([
    {
      subject: 'tcp://192.0.2.1:80 (192.0.2.1)',
      summary: 'the own address on the way to tcp://192.0.2.1:80 changed from 192.0.2.10 on eth0 to 10.8.0.2 on tun0',
      confidence: 'high',
      evidence: ['probe target=tcp://192.0.2.1:80 addr=192.0.2.1 local_addr=10.8.0.2 iface=tun0 path_changes=1'],
      since: '1970-01-01T00:01:03.000Z',
    },
  ]);
});

test('path_change: so many targets are told apart, and no more', () => {
  const open = opened(pathChange);
  const rows = (local_addr: string) =>
    Array.from({ length: MOST_TARGETS + 1 }, (_, port) => roundOf(`tcp://192.0.2.1:${port + 1}`, [5], { local_addr }));
  open.probe!(rows('192.0.2.10'), 0);
  open.probe!(rows('192.0.2.11'), 1);
  expect([...open.findings(0)]).toHaveLength(MOST_TARGETS);
});

test('path_change: through the command', async () => {
  let looks = 0;
  const platform = {
    ...fakePlatform([readingOf([])]),
    readRoutes: async () => ({ rows: looks++ === 0 ? [LINK, CABLE] : [LINK], limits: [] }),
  };
  const { out } = await runInProcess(['insights', '--interval', '1', '-c', '1', '--ai', 'never', '-o', 'ndjson'], {
    platform,
  });
  const rows = recordsOf<{ rule?: string; summary?: string }>(out).filter(({ rule }) => rule === 'path_change');
  expect(rows).toMatchObject([
    { summary: 'the default route of IPv4 by 192.0.2.254 on eth0 is gone', severity: 'warn' },
  ]);
});

test('path_change: in a live run a change leaves after ten minutes, a route that is gone does not', () => {
  const after = (routes: readonly RouteRow[]) => {
    const open = pathChange.open({}, new Shared(600));
    open.route!([LINK, CABLE], 0);
    open.route!(routes, 60);
    return [660, 661].map((at) => [...open.findings(at)].length);
  };
  expect(after([LINK, by('192.0.2.253', 'eth0')])).toEqual([1, 0]);
  expect(after([LINK])).toEqual([1, 1]);
});
