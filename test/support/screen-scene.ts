import { frameOf } from '../../src/commands/watch/model/frame-layout.ts';
import { type Machine, UNSEEN } from '../../src/commands/watch/model/machine.ts';
import { type Model, openingModel, type TabName } from '../../src/commands/watch/model/model.ts';
import type { Settings } from '../../src/commands/watch/model/settings.ts';
import { en } from '../../src/commands/watch/texts/en.ts';
import { plainNumerals } from '../../src/core/output/units.ts';
import type { RecordTable } from '../../src/core/record/table.ts';
import { conn } from '../../src/core/record/tables/conn.ts';
import { handshakeHistogram } from '../../src/core/record/tables/handshake.ts';
import { iface } from '../../src/core/record/tables/iface.ts';
import { insight } from '../../src/core/record/tables/insight.ts';
import { dnsServer, host, neighbor, route } from '../../src/core/record/tables/network-config.ts';
import { probe } from '../../src/core/record/tables/probe.ts';
import { protocol } from '../../src/core/record/tables/protocol.ts';
import { unknownRow } from '../../src/core/record/unknown-row.ts';
import { themeNamed } from '../../src/core/screen/theme.ts';

export const NOON = Date.UTC(2026, 0, 2, 12);

/** Sizes of terminals at which views are tested: 80×24 and up. */
export const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const;

const row = (table: RecordTable, known: Readonly<Record<string, unknown>>): never =>
  ({ ...unknownRow(table), ...known }) as never;

const connection = (port: number, more: Readonly<Record<string, unknown>>): never =>
  row(conn, {
    proto: 'tcp',
    local_addr: '192.0.2.7',
    local_port: port,
    remote_addr: '198.51.100.9',
    remote_port: 443,
    state: 'ESTABLISHED',
    inode: port,
    rx_rate: 1234,
    tx_rate: 0,
    rx_bytes: 12_345_678,
    tx_bytes: 4000,
    rtt_ms: 12.3,
    min_rtt_ms: 9,
    rx_queue: 0,
    tx_queue: 1,
    first_seen: new Date(NOON - 30_000).toISOString(),
    ...more,
  });

const conns = [
  connection(1024, { process: 'firefox', pid: 11, cmdline: 'firefox --new', user: 'ann', geo_country: 'US' }),
  connection(1025, {
    process: '数据库服务器进程名称很长很长',
    pid: 12,
    remote_addr: '2001:db8::9',
    state: 'CLOSE_WAIT',
  }),
  connection(1026, { process: null, state: 'SYN_SENT', rx_rate: null, rtt_ms: null }),
] as const;

/** A machine with something of everything. */
export const MACHINE: Machine = {
  ...UNSEEN,
  at: { time: new Date(NOON).toISOString(), monotonicMs: 5000 },
  conns,
  tracked: conns.map((one, index) => ({
    id: String(index),
    row: one,
    first: NOON - 30_000 - index,
    last: NOON,
    isOpen: true,
    states: [{ since: NOON - 30_000, state: 'ESTABLISHED' }],
  })),
  ifaces: [
    row(iface, {
      name: 'eth0',
      index: 2,
      state: 'up',
      kind: 'ethernet',
      ipv4: ['192.0.2.7/24'],
      ipv6: [],
      rx_rate: 5e6,
      tx_rate: 0,
      rx_errors: 3,
      collisions: 0,
    }),
    row(iface, { name: 'lo', index: 1, state: 'unknown', kind: 'loopback', ipv4: ['127.0.0.1/8'], ipv6: ['::1/128'] }),
  ],
  rates: new Map([['eth0', { rx: [null, 100, 5e6], tx: [0, 0, 0] }]]),
  bandwidth: { rx: [null, 100, 5e6], tx: [0, 0, 0] },
  routes: [row(route, { dst: 'default', gateway: '192.0.2.1', iface: 'eth0', metric: 100 })],
  dnsServers: [row(dnsServer, { addr: '192.0.2.53', port: 53, source: 'resolv.conf' })],
  neighbors: [row(neighbor, { addr: '192.0.2.1', mac: '02:00:00:00:00:01', iface: 'eth0' })],
  host: row(host, { hostname: '主机名', gateway: ['192.0.2.1'] }),
  health: new Map([
    [
      'gateway',
      {
        row: row(probe, { target: 'gateway', addr: '192.0.2.1', rtt_avg_ms: 12.5, loss_pct: 3 }),
        rtts: [1, null, 120],
      },
    ],
  ]),
  insights: [
    row(insight, {
      severity: 'warn',
      rule: 'close_wait',
      source: 'rule',
      subject: 'firefox',
      summary: 'firefox holds connections that the other side closed',
      advice: 'look at firefox',
      confidence: 'certain',
      evidence: ['1 connection in CLOSE_WAIT'],
    }),
  ],
  statistics: new Map([
    [
      'protocol',
      [row(protocol, { path: 'frame', depth: 1, packets: 12_345, bytes: 9e6, packets_pct: 100, bytes_pct: 100 })],
    ],
    ['handshake_histogram', [row(handshakeHistogram, { bucket: 'all', count: 2, pct: 100, min_ms: 1, refused: 1 })]],
  ]),
  limits: [{ what: 'processes of 2 sockets', why: 'this user may not look', remedy: 'sudo netwatch watch' }],
};

export const SETTINGS: Settings = {
  theme: themeNamed('terminal', true),
  texts: en,
  numerals: plainNumerals,
  characters: 'all',
  places: false,
  names: false,
  mayAskDns: true,
  mouse: true,
  dense: false,
  probes: true,
  ownPid: null,
  isLite: false,
};

/** A screen of that machine. */
export function sceneOf(
  [width, height]: readonly [number, number],
  tab: TabName,
  settings: Partial<Settings> = {},
  changed: Partial<Model> = {},
): Model {
  const opening = openingModel({ width, height }, { ...SETTINGS, ...settings }, NOON);
  const model = { ...opening, tab, machine: MACHINE, ...changed };
  return frameOf(model).body.height > 0 ? model : opening;
}

export const withoutColors = (text: string): string => text.replace(/\x1b\[[\d;]*m/g, '');
