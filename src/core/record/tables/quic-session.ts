import {
  address,
  bytes,
  choice,
  count,
  integer,
  list,
  maybe,
  percent,
  port,
  seconds,
  shown,
  text,
  time,
} from '../field.ts';
import { type Row, table } from '../table.ts';

/** What of two paths of a QUIC connection differs. */
const QUIC_PATH_CHANGES = [
  'first', // the one that the connection began on
  'rebinding', // another port of the client's address: a NAT forgot the old one, or the client chose another
  'migration', // another address of the client
  'server', // another address or port of the server, which it told the client to prefer
] as const;
export type QuicPathChange = (typeof QUIC_PATH_CHANGES)[number];

export const quicSession = table(
  'quic_session',
  'One row per QUIC connection whose handshake was captured.',
  {
    session: integer('Its number, from 0; paths have it too.', shown('SESSION', 2)),
    client_addr: address('The client, on the path that was used first.', shown('CLIENT', 1)),
    client_port: port('Its port.', shown('PORT', 4)),
    server_addr: address('The server.', shown('SERVER', 1)),
    server_port: port('Its port.', shown('SPORT', 4)),
    server_name: maybe(text('The name the client asked for (SNI).', shown('SNI', 1))),
    versions: list('Versions of QUIC that it used, in this order.', shown('VERSIONS', 3)),
    answered: choice('Whether the server answered.', ['yes', 'no'], shown('ANSWERED', 5)),
    paths: count(
      'Outer flows that carried it. A client that moves on purpose takes an id that was told in encrypted packets: such a path is known with a key log (--keylog) alone.',
      shown('PATHS', 1),
    ),
    client_packets: count('Datagrams from the client.'),
    client_bytes: bytes('Frame bytes from the client, on the wire.', shown('C>S-BYTES', 2)),
    server_packets: count('Datagrams from the server.'),
    server_bytes: bytes('Frame bytes from the server, on the wire.', shown('S>C-BYTES', 2)),
    first: maybe(time('Since when it is up: time of its first packet.', shown('SINCE', 4))),
    last: maybe(time('Time of its last packet.')),
    duration_s: maybe(seconds('Time between the two.', shown('DURATION', 3))),
    client_id: text('Connection id that the client chose for itself, in hexadecimal; empty for one of no length.'),
    server_id: maybe(text('The last one of the server that was told in the clear; null without its answer.')),
  },
  {
    aliases: {
      port: ['client_port', 'server_port'],
      addr: ['client_addr', 'server_addr'],
      'ip.addr': ['client_addr', 'server_addr'],
      sni: ['server_name'],
    },
  },
);
export type QuicSessionRow = Row<typeof quicSession>;

export const quicPath = table(
  'quic_path',
  'One row per outer flow of a QUIC connection.',
  {
    session: integer('Number of the connection.', shown('SESSION', 1)),
    path: integer('Number of the path within it, from 1.', shown('PATH', 1)),
    change: choice(
      'What differs from the path before: only the port of the client (rebinding), its address (migration), or the server.',
      QUIC_PATH_CHANGES,
      shown('CHANGE', 1),
    ),
    stream: integer('Number of the UDP stream.', shown('STREAM', 2)),
    client_addr: address('The client on this path.', shown('CLIENT', 1)),
    client_port: port('Its port.', shown('PORT', 2)),
    server_addr: address('The server.', shown('SERVER', 1)),
    server_port: port('Its port.', shown('SPORT', 3)),
    client_packets: count('Datagrams from the client.'),
    client_bytes: bytes('Frame bytes from the client, on the wire.', shown('C>S-BYTES', 2)),
    server_packets: count('Datagrams from the server.'),
    server_bytes: bytes('Frame bytes from the server, on the wire.', shown('S>C-BYTES', 2)),
    share_pct: maybe(percent('Its share of the bytes of the connection.', { ...shown('SHARE', 1), bar: true })),
    first: maybe(time('Time of the first packet on it.', shown('SINCE', 3))),
    last: maybe(time('Time of the last packet on it.')),
  },
  {
    aliases: {
      port: ['client_port', 'server_port'],
      addr: ['client_addr', 'server_addr'],
      'ip.addr': ['client_addr', 'server_addr'],
    },
  },
);
export type QuicPathRow = Row<typeof quicPath>;
