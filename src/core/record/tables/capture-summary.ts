import { bytes, count, list, maybe, packetRate, seconds, shown, text, time } from '../field.ts';
import { table } from '../table.ts';

/** A capture as a whole. Times are those of the earliest and the latest packet, whatever their order. */
export const captureSummary = table('capture_summary', 'One row per capture.', {
  file: maybe(text('The file as it was named; - is stdin.', shown('FILE', 1))),
  format: text('As capinfos names it: pcap, nsecpcap, modpcap, pcapng.', shown('FORMAT', 3)),
  packets: count('Packets.', shown('PACKETS', 1)),
  bytes: bytes('Bytes on the wire.', shown('BYTES', 1)),
  captured_bytes: bytes('Bytes of these that were captured.'),
  first: maybe(time('Time of the earliest packet.', shown('FIRST', 1))),
  last: maybe(time('Time of the latest packet.', shown('LAST', 3))),
  duration_s: maybe(seconds('Time between the two.', shown('DURATION', 1))),
  packet_rate: maybe(packetRate('Packets per second, over the duration.')),
  tcp_streams: count('TCP connections.', shown('TCP', 2)),
  udp_streams: count('UDP 5-tuples.', shown('UDP', 2)),
  sctp_streams: count('SCTP 5-tuples.'),
  link_types: list('Link types by their names in the list of LINKTYPE_ values.', shown('LINK', 3)),
  interfaces: list('Capture interfaces that the file names.'),
  truncated_packets: count('Packets of which the capture kept only part.', shown('TRUNCATED', 4)),
  malformed_packets: count('Packets with a header that contradicts itself or the bytes.', shown('MALFORMED', 4)),
  out_of_order_packets: count('Packets older than the one before them in the file.'),
});
