import { bytes, count, integer, percent, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

/** The protocol hierarchy: a packet counts in every layer it holds, at the path it holds it. */
export const protocol = table('protocol', 'One row per path of protocols, parents before children.', {
  path: text('Protocols from the link up, by their filter names: eth/ip/tcp/tls.', shown('PATH', 1)),
  proto: text('The last of them.', shown('PROTO', 3)),
  depth: integer('How many protocols the path has.'),
  packets: count('Packets with this path at their start.', shown('PACKETS', 1)),
  bytes: bytes('Their bytes on the wire.', shown('BYTES', 2)),
  packets_pct: percent('Share of all packets.', { ...shown('PACKETS%', 1), bar: true }),
  bytes_pct: percent('Share of all bytes.', shown('BYTES%', 3)),
});
export type ProtocolRow = Row<typeof protocol>;
