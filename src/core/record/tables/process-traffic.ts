import { bytes, count, integer, maybe, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const processTraffic = table('process', 'One row per process, and one for packets whose process is unknown.', {
  process: maybe(
    text('Its name; null when unknown: among captures, only those of macOS name processes.', shown('PROCESS', 1)),
  ),
  pid: maybe(integer('Its number.', shown('PID', 1))),
  packets: count('Packets it sent or received.', shown('PACKETS', 1)),
  bytes: bytes('Frame bytes it sent or received.', shown('BYTES', 1)),
  tx_packets: maybe(count('Packets it sent.', shown('TX-PACKETS', 3))),
  rx_packets: maybe(count('Packets it received.', shown('RX-PACKETS', 3))),
  tx_bytes: maybe(bytes('Frame bytes it sent.', shown('TX', 2))),
  rx_bytes: maybe(bytes('Frame bytes it received.', shown('RX', 2))),
});
export type ProcessTrafficRow = Row<typeof processTraffic>;
