import { bytes, choice, integer, maybe, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** A piece of one direction of a stream. Those of one direction, in their order, are what the application read. */
export const segment = table('segment', 'One row per piece of a followed stream, in sequence order.', {
  stream: integer('Number of the stream.', shown('STREAM', 3)),
  packet: integer('Number of the packet that carried it.', shown('PACKET', 2)),
  time: maybe(time('When that packet was captured.')),
  dir: choice('The side that sent it: a is the side that sent the first packet.', ['a', 'b'], shown('DIR', 1)),
  offset: bytes('Offset of its first byte in the direction, gaps included.', shown('OFFSET', 1)),
  length: bytes('How many bytes.', shown('LENGTH', 1)),
  data: text('The bytes, in base64.', shown('DATA', 2)),
  proto: choice('Transport of the stream.', ['tcp', 'udp']),
});
export type SegmentRow = Row<typeof segment>;
