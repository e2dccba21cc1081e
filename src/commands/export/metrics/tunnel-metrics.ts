import { type Family, familiesOf, type Metric } from '../../../core/output/exposition.ts';
import type { TunnelRow } from '../../../core/record/tables/tunnel.ts';

/** Tunnels that have series of their own. */
export const MOST_TUNNELS = 1000;

/** Names that this machine chose: of the device, of its kind, and the beginning of the key of a peer. */
const labelsOf = ({ iface, kind, peer }: TunnelRow) => ({ device: iface, kind, ...(peer === null ? {} : { peer }) });

const metric = (
  name: string,
  type: Metric<TunnelRow>['type'],
  help: string,
  value: (row: TunnelRow) => number | boolean | null,
): Metric<TunnelRow> => ({ name, type, help, samples: (row) => [[labelsOf(row), value(row)]] });

const METRICS: readonly Metric<TunnelRow>[] = [
  metric(
    'netwatch_tunnel_session_up',
    'gauge',
    'Whether a tun or tap device is up, or a peer of WireGuard exchanged keys in the last three minutes.',
    ({ state }) => (state === null ? null : state === 'up'),
  ),
  metric(
    'netwatch_tunnel_session_start_timestamp_seconds',
    'gauge',
    'Since when it is up, as far as that is known, since 1970.',
    ({ up_since }) => secondsOf(up_since),
  ),
  metric(
    'netwatch_tunnel_reconnects_total',
    'counter',
    'How often it came up again since netwatch was started.',
    ({ reconnects }) => reconnects,
  ),
  metric(
    'netwatch_tunnel_last_handshake_timestamp_seconds',
    'gauge',
    'When WireGuard last exchanged keys with the peer, since 1970.',
    ({ last_handshake }) => secondsOf(last_handshake),
  ),
  metric('netwatch_tunnel_receive_bytes_total', 'counter', 'Bytes that came out of it.', ({ rx_bytes }) => rx_bytes),
  metric('netwatch_tunnel_transmit_bytes_total', 'counter', 'Bytes that went into it.', ({ tx_bytes }) => tx_bytes),
];

const secondsOf = (time: string | null): number | null => (time === null ? null : Date.parse(time) / 1000);

export const tunnelFamilies = (rows: readonly TunnelRow[]): readonly Family[] =>
  familiesOf(METRICS, rows.slice(0, MOST_TUNNELS));
