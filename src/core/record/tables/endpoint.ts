import { address, bytes, count, maybe, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const endpoint = table(
  'endpoint',
  'One row per IP address seen.',
  {
    addr: address('The address.', shown('ADDRESS')),
    packets: count('Packets sent or received; one sent to itself counts in both directions.', shown('PACKETS')),
    bytes: bytes('Frame bytes sent or received.', shown('BYTES')),
    tx_packets: count('Packets it sent.', shown('TX-PACKETS')),
    rx_packets: count('Packets it received.', shown('RX-PACKETS')),
    tx_bytes: bytes('Frame bytes it sent.', shown('TX')),
    rx_bytes: bytes('Frame bytes it received.', shown('RX')),
    host: maybe(text('Name of addr by reverse DNS, with --resolve.')),
  },
  { hosts: { host: 'addr' } },
);
export type EndpointRow = Row<typeof endpoint>;
