import { address, bytes, count, integer, maybe, shown, text } from '../field.ts';
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
    geo_country: maybe(text('ISO 3166 country of addr from a local database; null without one.')),
    geo_city: maybe(text('City of addr, where a database of cities is installed (--geoip).')),
    asn: maybe(integer('Autonomous system that announces addr, where a database of them is installed.')),
    as_org: maybe(text('Organization of that autonomous system.')),
  },
  {
    hosts: { host: 'addr' },
    places: {
      geo_country: { of: 'addr', is: 'country' },
      geo_city: { of: 'addr', is: 'city' },
      asn: { of: 'addr', is: 'asn' },
      as_org: { of: 'addr', is: 'org' },
    },
  },
);
export type EndpointRow = Row<typeof endpoint>;
