import { address, bytes, choice, count, integer, maybe, port, seconds, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** Two endpoints and what passed between them. A sent the first packet. Packets quoted in ICMP errors do not count. */
export const conversation = table(
  'conversation',
  'One row per pair of endpoints and transport.',
  {
    proto: choice('Transport.', ['tcp', 'udp', 'sctp'], shown('PROTO', 3)),
    a_addr: address('Address of A.', shown('A', 1)),
    a_port: port('Port of A.', shown('A-PORT', 1)),
    b_addr: address('Address of B.', shown('B', 1)),
    b_port: port('Port of B.', shown('B-PORT', 1)),
    a_packets: count('Packets from A to B.', shown('A>B', 3)),
    a_bytes: bytes('Frame bytes from A to B, on the wire.', shown('A>B-BYTES', 1)),
    b_packets: count('Packets from B to A.', shown('B>A', 3)),
    b_bytes: bytes('Frame bytes from B to A, on the wire.', shown('B>A-BYTES', 1)),
    packets: count('Packets both ways.'),
    bytes: bytes('Frame bytes both ways.'),
    first: maybe(time('Time of the first packet.')),
    last: maybe(time('Time of the last packet.')),
    duration_s: maybe(seconds('Time between the two.', shown('DURATION', 4))),
    stream: integer('Number of the stream, as netwatch follow takes it.', shown('STREAM', 5)),
    app: maybe(text('Application protocol, by its content or port.', shown('APP', 2))),
    a_host: maybe(text('Name of a_addr by reverse DNS, with --resolve.')),
    b_host: maybe(text('Name of b_addr by reverse DNS, with --resolve.')),
    community_id: maybe(text('Community ID of the flow, version 1 with seed 0, as Zeek and Suricata compute it.')),
    pid: maybe(
      integer(
        'Process that holds it, if asked for; of a file, as its comments of capture --annotate say. That of A if both are known.',
      ),
    ),
    process: maybe(text('Name of that process.')),
    a_country: maybe(text('ISO 3166 country of a_addr from a local database; null without one.')),
    b_country: maybe(text('ISO 3166 country of b_addr from a local database; null without one.')),
    a_asn: maybe(integer('Autonomous system that announces a_addr, where a database of them is installed.')),
    b_asn: maybe(integer('Autonomous system that announces b_addr, where a database of them is installed.')),
  },
  {
    hosts: { a_host: 'a_addr', b_host: 'b_addr' },
    places: {
      a_country: { of: 'a_addr', is: 'country' },
      b_country: { of: 'b_addr', is: 'country' },
      a_asn: { of: 'a_addr', is: 'asn' },
      b_asn: { of: 'b_addr', is: 'asn' },
    },
    aliases: { port: ['a_port', 'b_port'], addr: ['a_addr', 'b_addr'], 'ip.addr': ['a_addr', 'b_addr'] },
  },
);
export type ConversationRow = Row<typeof conversation>;
