import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { InterfaceMetrics } from '../../../src/commands/ifaces/interface-metrics.ts';
import { openInterfaceRates } from '../../../src/core/network/interface-rates.ts';
import type { InterfaceReading } from '../../../src/core/system/platform.ts';
import { interfaceOf } from '../../support/fake-platform.ts';
import { toolIsMissing } from '../../support/tool.ts';

const AT = { time: '2026-01-02T03:04:05.000Z', monotonicMs: 0 };

function metricsOf(...interfaces: readonly InterfaceReading[]): string {
  const metrics = new InterfaceMetrics();
  for (const row of openInterfaceRates().ingest(interfaces, AT)) metrics.add(row);
  return metrics.text();
}

/** Name, labels and value of each series. */
const series = (text: string): readonly string[] => text.split('\n').filter((line) => /^[a-z]/.test(line));

test('names and units are those of node_exporter', () => {
  const counted = {
    rx_bytes: 1,
    rx_packets: 2,
    rx_errors: 3,
    rx_dropped: 4,
    multicast: 5,
    tx_bytes: 6,
    tx_packets: 7,
    tx_errors: 8,
    tx_dropped: 9,
    collisions: 10,
  };
  expect(series(metricsOf(interfaceOf(counted)))).toEqual([
    'node_network_receive_bytes_total{device="eth0"} 1',
    'node_network_receive_packets_total{device="eth0"} 2',
    'node_network_receive_errs_total{device="eth0"} 3',
    'node_network_receive_drop_total{device="eth0"} 4',
    'node_network_receive_multicast_total{device="eth0"} 5',
    'node_network_transmit_bytes_total{device="eth0"} 6',
    'node_network_transmit_packets_total{device="eth0"} 7',
    'node_network_transmit_errs_total{device="eth0"} 8',
    'node_network_transmit_drop_total{device="eth0"} 9',
    'node_network_transmit_colls_total{device="eth0"} 10',
    'node_network_up{device="eth0"} 1',
    'node_network_mtu_bytes{device="eth0"} 1500',
    'node_network_speed_bytes{device="eth0"} 125000000',
    'node_network_iface_id{device="eth0"} 2',
    'node_network_info{device="eth0",address="02:00:00:00:00:01",duplex="full",ifalias="",operstate="up",kind="ethernet"} 1',
  ]);
});

test('what is unknown is absent, and only up is up', () => {
  const text = metricsOf(interfaceOf({ name: 'lo', state: 'unknown', speed_mbps: null, rx_bytes: null, mtu: null }));
  expect(text).not.toMatch(/speed|receive_bytes|mtu|null|NaN/);
  expect(series(text)).toContain('node_network_up{device="lo"} 0');
});

test('of saved snapshots the last row of an interface counts', () => {
  const metrics = new InterfaceMetrics();
  const rates = openInterfaceRates();
  for (const rx_bytes of [1, 2]) for (const row of rates.ingest([interfaceOf({ rx_bytes })], AT)) metrics.add(row);
  expect(series(metrics.text()).filter((line) => line.includes('receive_bytes'))).toEqual([
    'node_network_receive_bytes_total{device="eth0"} 2',
  ]);
});

test.skipIf(toolIsMissing('promtool'))('promtool finds nothing to complain of', () => {
  for (const input of [
    metricsOf(interfaceOf(), interfaceOf({ name: 'wg0', mac: null })),
    metricsOf(),
    metricsOf(interfaceOf({ name: 'a"\\}', alias: 'x\n\u202e' })),
  ]) {
    const { stdout, stderr, status } = spawnSync('promtool', ['check', 'metrics'], { input, encoding: 'utf8' });
    expect([stdout + stderr, status]).toEqual(['', 0]);
  }
});
