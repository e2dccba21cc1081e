import { bytes, count, integer, percent, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

/** The protocol hierarchy: a packet counts in every layer it holds, at the path it holds it. */
export const protocol = table('protocol', 'One row per path of protocols, parents before children.', {
  path: text('Protocols from the link up, by their filter names: eth/ip/tcp/tls.', shown('PATH')),
  proto: text('The last of them.', shown('PROTO')),
  depth: integer('How many protocols the path has.'),
  packets: count('Packets with this path at their start.', shown('PACKETS')),
  bytes: bytes('Their bytes on the wire.', shown('BYTES')),
  packets_pct: percent('Share of all packets.', shown('PACKETS%')),
  bytes_pct: percent('Share of all bytes.', shown('BYTES%')),
  bar: text('The share of packets as a bar.', shown('')),
});
export type ProtocolRow = Row<typeof protocol>;
