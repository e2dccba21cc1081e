import { address, bytes, count, maybe, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const endpoint = table(
  'endpoint',
  'One row per IP address seen.',
  {
    addr: address('The address.', shown('ADDRESS', 1)),
    packets: count('Packets sent or received; one sent to itself counts in both directions.', shown('PACKETS', 1)),
    bytes: bytes('Frame bytes sent or received.', shown('BYTES', 1)),
    tx_packets: count('Packets it sent.', shown('TX-PACKETS', 3)),
    rx_packets: count('Packets it received.', shown('RX-PACKETS', 3)),
    tx_bytes: bytes('Frame bytes it sent.', shown('TX', 2)),
    rx_bytes: bytes('Frame bytes it received.', shown('RX', 2)),
    host: maybe(text('Name of addr by reverse DNS, with --resolve.')),
  },
  { hosts: { host: 'addr' } },
);
export type EndpointRow = Row<typeof endpoint>;
