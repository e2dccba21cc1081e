import { address, choice, integer, list, maybe, port, shown, text, time, WHOLE } from '../field.ts';
import { type Row, table } from '../table.ts';

export const tlsSession = table(
  'tls_session',
  'One row per ClientHello, with what the server answered.',
  {
    time: maybe(time('When the ClientHello was captured.', shown('TIME', 1))),
    stream: integer('Number of the TCP or UDP stream.', shown('STREAM', 7)),
    client_addr: address('Who began.', shown('CLIENT', 1)),
    client_port: port('Its port.'),
    server_addr: address('The server.', shown('SERVER', 1)),
    server_port: port('Its port.', shown('SPORT', 5)),
    server_name: maybe(text('The name the client asked for (SNI).', shown('SNI', 1))),
    alpn: maybe(
      text(
        'The protocol the server chose; where its answer is encrypted and its keys are not known, those the client offered.',
        shown('ALPN', 2),
      ),
    ),
    version: maybe(text('The version the server chose; null when its answer was not captured.', shown('VERSION', 1))),
    cipher: maybe(text('The cipher suite the server chose.', shown('CIPHER', 3))),
    ja3: text('JA3 fingerprint of the client.'),
    ja4: text('JA4 fingerprint of the client.', shown('JA4', 4, WHOLE)),
    transport: choice('What carries it; dtls is TLS over UDP.', ['tcp', 'quic', 'dtls'], shown('OVER', 6)),
    offered_versions: list('Versions the client offered.'),
    offered_alpn: list('Protocols the client offered.'),
    packet: integer('Number of the packet of the ClientHello.'),
    community_id: maybe(text('Community ID of the flow, version 1 with seed 0, as Zeek and Suricata compute it.')),
  },
  {
    aliases: {
      port: ['client_port', 'server_port'],
      addr: ['client_addr', 'server_addr'],
      sni: ['server_name'],
    },
  },
);
export type TlsSessionRow = Row<typeof tlsSession>;
