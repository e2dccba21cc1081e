import { bytes, choice, integer, maybe, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** A piece of one direction of a stream. Those of one direction, in their order, are what the application read. */
export const segment = table('segment', 'One row per piece of a followed stream, in sequence order.', {
  stream: integer('Number of the stream.', shown('STREAM')),
  packet: integer('Number of the packet that carried it.', shown('PACKET')),
  time: maybe(time('When that packet was captured.')),
  dir: choice('The side that sent it: a is the side that sent the first packet.', ['a', 'b'], shown('DIR')),
  offset: bytes('Offset of its first byte in the direction, gaps included.', shown('OFFSET')),
  length: bytes('How many bytes.', shown('LENGTH')),
  data: text('The bytes, in base64.', shown('DATA')),
  proto: choice('Transport of the stream.', ['tcp', 'udp']),
});
export type SegmentRow = Row<typeof segment>;
