import { type Family, familiesOf, familiesText, type Metric } from '../../core/output/exposition.ts';
import type { IfaceRow } from '../../core/record/tables/iface.ts';

const metric = (
  type: Metric<IfaceRow>['type'],
  name: string,
  help: string,
  value: (row: IfaceRow) => number | boolean | null,
): Metric<IfaceRow> => ({ name, type, help, samples: (row) => [[{ device: row.name }, value(row)]] });

const BYTES_PER_MEGABIT = 125_000;

/** The names are those of node_exporter; its collectors netdev and netclass read the same counters. */
const METRICS: readonly Metric<IfaceRow>[] = [
  metric('counter', 'node_network_receive_bytes_total', 'Bytes received.', (row) => row.rx_bytes),
  metric('counter', 'node_network_receive_packets_total', 'Packets received.', (row) => row.rx_packets),
  metric('counter', 'node_network_receive_errs_total', 'Receive errors.', (row) => row.rx_errors),
  metric('counter', 'node_network_receive_drop_total', 'Received packets that were dropped.', (row) => row.rx_dropped),
  metric('counter', 'node_network_receive_multicast_total', 'Multicast packets received.', (row) => row.multicast),
  metric('counter', 'node_network_transmit_bytes_total', 'Bytes sent.', (row) => row.tx_bytes),
  metric('counter', 'node_network_transmit_packets_total', 'Packets sent.', (row) => row.tx_packets),
  metric('counter', 'node_network_transmit_errs_total', 'Transmit errors.', (row) => row.tx_errors),
  metric('counter', 'node_network_transmit_drop_total', 'Packets dropped on the way out.', (row) => row.tx_dropped),
  metric('counter', 'node_network_transmit_colls_total', 'Collisions.', (row) => row.collisions),
  metric('gauge', 'node_network_up', 'Whether the operational state is up.', (row) => row.state === 'up'),
  metric('gauge', 'node_network_mtu_bytes', 'Largest packet.', (row) => row.mtu),
  metric('gauge', 'node_network_speed_bytes', 'Link speed in bytes per second.', (row) =>
    row.speed_mbps === null ? null : row.speed_mbps * BYTES_PER_MEGABIT,
  ),
  metric('gauge', 'node_network_iface_id', 'Interface index.', (row) => row.index),
  {
    name: 'node_network_info',
    type: 'gauge',
    help: 'What an interface is; always 1.',
    samples: ({ name, mac, duplex, alias, state, kind }) => [
      [{ device: name, address: mac ?? '', duplex: duplex ?? '', ifalias: alias ?? '', operstate: state, kind }, 1],
    ],
  },
];

/** Interfaces as metrics. If there are records of several snapshots, the last row of an interface counts. */
export class InterfaceMetrics {
  private readonly rows = new Map<string, IfaceRow>();

  add(row: IfaceRow): void {
    this.rows.set(row.name, row);
  }

  text(): string {
    return familiesText(this.families());
  }

  families(): readonly Family[] {
    return familiesOf(METRICS, [...this.rows.values()]);
  }
}
