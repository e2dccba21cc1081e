import { bytes, count, integer, maybe, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const processTraffic = table('process', 'One row per process, and one for packets whose process is unknown.', {
  process: maybe(
    text('Its name; null when unknown: among captures, only those of macOS name processes.', shown('PROCESS')),
  ),
  pid: maybe(integer('Its number.', shown('PID'))),
  packets: count('Packets it sent or received.', shown('PACKETS')),
  bytes: bytes('Frame bytes it sent or received.', shown('BYTES')),
  tx_packets: maybe(count('Packets it sent.', shown('TX-PACKETS'))),
  rx_packets: maybe(count('Packets it received.', shown('RX-PACKETS'))),
  tx_bytes: maybe(bytes('Frame bytes it sent.', shown('TX'))),
  rx_bytes: maybe(bytes('Frame bytes it received.', shown('RX'))),
});
export type ProcessTrafficRow = Row<typeof processTraffic>;
