import { byteRate, bytes, count, maybe, packetRate, seconds, shown, time } from '../field.ts';
import { type Row, table } from '../table.ts';

export const timeBucket = table('time_bucket', 'One row per span of time, from the earliest packet to the latest.', {
  time: maybe(time('When the span begins.', shown('TIME', 1))),
  rel_s: seconds('Time since the first span began.', shown('REL', 2)),
  span_s: seconds('How long it is.'),
  packets: count('Packets in it.', shown('PACKETS', 1)),
  bytes: bytes('Their bytes on the wire.', shown('BYTES', 1)),
  packet_rate: packetRate('Packets per second.', shown('PACKETS/s', 1)),
  byte_rate: byteRate('Bytes per second.', shown('BYTES/s', 1)),
  tcp_packets: count('Of these, TCP.', shown('TCP', 3)),
  udp_packets: count('Of these, UDP.', shown('UDP', 3)),
});
export type TimeBucketRow = Row<typeof timeBucket>;
