import { bytes, choice, count, maybe, port, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const portCount = table('port', 'One row per transport and server port.', {
  proto: choice('Transport.', ['tcp', 'udp', 'sctp'], shown('PROTO', 1)),
  port: port('Port of the server: of the side that did not send first.', shown('PORT', 1)),
  app: maybe(text('Application protocol found there most often.', shown('APP', 2))),
  streams: count('Conversations with it.', shown('STREAMS', 2)),
  packets: count('Packets to and from it.', shown('PACKETS', 1)),
  bytes: bytes('Frame bytes to and from it.', shown('BYTES', 1)),
});
export type PortRow = Row<typeof portCount>;
