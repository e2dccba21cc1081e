import { ConnMetrics } from '../../src/commands/conns/conn-metrics.ts';
import type { Sample } from '../../src/commands/export/metrics/sample.ts';
import { openInterfaceRates } from '../../src/core/network/interface-rates.ts';
import type { IfaceRow } from '../../src/core/record/tables/iface.ts';
import type { TunnelRow } from '../../src/core/record/tables/tunnel.ts';
import type { SessionPath } from '../../src/core/socket/multipath-sessions.ts';
import { interfaceOf } from './fake-platform.ts';
import { roundOf } from './probe-rows.ts';

/** What must stay text in a page, and in a label. */
export const HOSTILE = `<script>alert(1)</script>"' onload='x\\ &amp;\u202e\x1b]0;t\x07\n</style><img src=x>`;

export function ifaceRow(changes: Partial<IfaceRow>): IfaceRow {
  const [row] = openInterfaceRates().ingest([interfaceOf()], { time: '2026-01-02T03:04:05.000Z', monotonicMs: 0 });
  return { ...row!, ...changes };
}

/** A tunnel that is up, by names of somebody's choice. */
export const tunnelSampleOf = (text: string): TunnelRow => ({
  time: '2026-01-02T03:04:05.000Z',
  iface: text,
  kind: 'wireguard',
  state: 'up',
  peer: null,
  pid: 7,
  process: text,
  proto: 'udp',
  local_addr: null,
  local_port: 51_820,
  remote_addr: '192.0.2.7',
  remote_port: 51_820,
  outer_iface: text,
  outer_flows: 1,
  inner: [text],
  rx_bytes: 1234,
  tx_bytes: 4321,
  last_handshake: null,
  handshake_age_s: null,
  up_since: '2026-01-02T03:00:00.000Z',
  reconnects: 2,
});

const pathOf = (key: string, iface: string, rxBytes: number, txBytes: number): SessionPath => ({
  key,
  iface,
  local: { addr: '192.0.2.1', port: 40_000 },
  remote: { addr: '198.51.100.7', port: 443 },
  isBackup: key !== '1',
  rxBytes,
  txBytes,
});

/** A sample that has one of everything, and the text in each place that others choose. */
export function sampleWith(text: string): Sample {
  return {
    conns: new ConnMetrics(),
    interfaces: [
      ifaceRow({ name: text, alias: text }),
      ifaceRow({ name: 'wg0', kind: 'wireguard', state: 'unknown' }),
      ifaceRow({ name: 'tun0', kind: 'tun', state: 'down', flags: [] }),
    ],
    tunnels: [
      {
        ...tunnelSampleOf(text),
        peer: text,
        last_handshake: '2026-01-02T03:04:00.000Z',
        handshake_age_s: 5,
      },
    ],
    multipath: {
      lost: 3,
      sessions: [
        {
          token: text,
          since: '2026-01-02T03:00:00.000Z',
          lost: 1,
          paths: [pathOf('1', text, 300, 100), pathOf('2', 'wlan0', 50, 50)],
        },
      ],
    },
    probes: [roundOf('tcp://192.0.2.1:1', [null, null], { target: text, host: text, detail: `${text} down` })],
    probesRepeat: true,
    findings: [
      {
        time: '2026-01-02T03:04:05.000Z',
        rule: 'probe_loss',
        severity: 'error',
        confidence: 'high',
        summary: text,
        evidence: [text],
        since: '2026-01-02T03:04:05.000Z',
        advice: text,
        subject: text,
        source: 'rules',
      },
    ],
    captured: { captured: 1000, dropped: 7 },
    limits: [{ what: text, why: `why ${text}`, remedy: null }],
    push: { sent: 5, failures: 2, refused: 1, sentAt: 1_999_500 },
    health: {
      ...{ version: '1.2.3', node: '20.0.0', startedAt: 1000, readAt: 2000, tookS: 0.0125, samples: 3, failures: 1 },
      ...{ residentBytes: 50_000_000, cpuS: 1.5 },
    },
  };
}
