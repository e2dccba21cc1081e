import { bytes, count, integer, maybe, number, percent, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const packetLengths = table('packet_length', 'One row per range of frame lengths.', {
  range: text('The range, in bytes on the wire.', shown('LENGTH', 1)),
  from_bytes: integer('Least length.'),
  to_bytes: maybe(integer('Greatest length; null for no bound.')),
  packets: count('Packets whose length is in the range.', shown('PACKETS', 1)),
  packets_pct: percent('Share of all packets.', shown('PACKETS%', 1)),
  bytes: bytes('Their bytes.', shown('BYTES', 2)),
  avg_bytes: maybe(number('Their mean length.', shown('AVG', 2))),
  min_bytes: maybe(integer('The shortest of them.', shown('MIN'))),
  max_bytes: maybe(integer('The longest of them.', shown('MAX'))),
});
export type PacketLengthsRow = Row<typeof packetLengths>;
