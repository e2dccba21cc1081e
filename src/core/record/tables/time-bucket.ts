import { byteRate, bytes, count, maybe, packetRate, seconds, shown, time } from '../field.ts';
import { type Row, table } from '../table.ts';

export const timeBucket = table('time_bucket', 'One row per span of time, from the earliest packet to the latest.', {
  time: maybe(time('When the span begins.', shown('TIME'))),
  rel_s: seconds('Time since the first span began.', shown('REL')),
  span_s: seconds('How long it is.'),
  packets: count('Packets in it.', shown('PACKETS')),
  bytes: bytes('Their bytes on the wire.', shown('BYTES')),
  packet_rate: packetRate('Packets per second.', shown('PACKETS/s')),
  byte_rate: byteRate('Bytes per second.', shown('BYTES/s')),
  tcp_packets: count('Of these, TCP.', shown('TCP')),
  udp_packets: count('Of these, UDP.', shown('UDP')),
});
export type TimeBucketRow = Row<typeof timeBucket>;
