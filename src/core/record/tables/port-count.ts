import { bytes, choice, count, maybe, port, shown, text } from '../field.ts';
import { type Row, table } from '../table.ts';

export const portCount = table('port', 'One row per transport and server port.', {
  proto: choice('Transport.', ['tcp', 'udp', 'sctp'], shown('PROTO')),
  port: port('Port of the server: of the side that did not send first.', shown('PORT')),
  app: maybe(text('Application protocol found there most often.', shown('APP'))),
  streams: count('Conversations with it.', shown('STREAMS')),
  packets: count('Packets to and from it.', shown('PACKETS')),
  bytes: bytes('Frame bytes to and from it.', shown('BYTES')),
});
export type PortRow = Row<typeof portCount>;
