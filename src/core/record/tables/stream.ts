import {
  address,
  badUnlessZero,
  bytes,
  choice,
  count,
  flag,
  integer,
  maybe,
  millis,
  port,
  seconds,
  shown,
  type Tone,
  text,
  time,
  toneBy,
} from '../field.ts';
import { type Row, table } from '../table.ts';

/** How far a TCP connection got, as far as the capture shows. */
const STREAM_STATES = [
  'SYN_SENT', // asked for, not answered
  'SYN_RECV', // answered, not acknowledged
  'ESTABLISHED',
  'CLOSING', // one side has finished
  'CLOSED', // both have
  'RESET',
] as const;
export type StreamState = (typeof STREAM_STATES)[number];

const TONES: Readonly<Record<StreamState, Tone | null>> = {
  SYN_SENT: 'busy',
  SYN_RECV: 'busy',
  ESTABLISHED: 'good',
  CLOSING: null,
  CLOSED: null,
  RESET: 'bad',
};

/** A conversation as `follow` puts it together. A is the side that sent the first packet. */
export const stream = table(
  'stream',
  'One row per TCP connection or UDP conversation of a capture.',
  {
    stream: integer('Its number, counted separately for each transport, as in Wireshark.', shown('STREAM', 1)),
    proto: choice('Transport.', ['tcp', 'udp'], shown('PROTO', 1)),
    a_addr: address('Address of A, the side that sent the first packet.', shown('A', 1)),
    a_port: port('Port of A.', shown('APORT', 1)),
    b_addr: address('Address of B.', shown('B', 1)),
    b_port: port('Port of B.', shown('BPORT', 1)),
    packets: count('Packets both ways.', shown('PACKETS', 5)),
    a_packets: count('Packets from A to B.'),
    b_packets: count('Packets from B to A.'),
    a_bytes: bytes('Payload bytes from A to B, each counted once.', shown('A>B', 2)),
    b_bytes: bytes('Payload bytes from B to A, each counted once.', shown('B>A', 2)),
    first: maybe(time('Time of the first packet.')),
    last: maybe(time('Time of the last packet.')),
    duration_s: maybe(seconds('Time between the two.', shown('DURATION', 5))),
    state: maybe(
      choice('How far the connection got; null for UDP.', STREAM_STATES, {
        ...shown('STATE', 4),
        tone: toneBy(TONES),
      }),
    ),
    handshake_ms: maybe(millis('From SYN to ACK; null for a handshake that is not complete.', shown('HANDSHAKE', 6))),
    syn_synack_ms: maybe(millis('From SYN to SYN-ACK: the way to the server and back.')),
    synack_ack_ms: maybe(millis('From SYN-ACK to ACK: the way to the client and back.')),
    app: maybe(text('Application protocol, by its content or port.', shown('APP', 3))),
    server_name: maybe(
      text('Name of the server that the client asked for (TLS SNI, HTTP Host).', shown('SERVER NAME', 4)),
    ),
    gaps: count('Places where bytes are missing in the capture.', { tone: badUnlessZero }),
    truncated: flag('Not everything captured is followed: a limit was reached, or it lies after a gap.'),
    missing_bytes: bytes('Payload bytes in the gaps.'),
    retransmissions: count('Segments sent again.'),
    pid: maybe(integer('Live: the process of this machine that holds it; the process of A if both sides are known.')),
    process: maybe(text('Name of that process.')),
    a_host: maybe(text('Name of a_addr by reverse DNS, with --resolve.')),
    b_host: maybe(text('Name of b_addr by reverse DNS, with --resolve.')),
    community_id: maybe(text('Community ID of the flow, version 1 with seed 0, as Zeek and Suricata compute it.')),
  },
  {
    hosts: { a_host: 'a_addr', b_host: 'b_addr' },
    aliases: {
      port: ['a_port', 'b_port'],
      addr: ['a_addr', 'b_addr'],
      'ip.addr': ['a_addr', 'b_addr'],
      'ip.src': ['a_addr'],
      'ip.dst': ['b_addr'],
      'tcp.port': ['a_port', 'b_port'],
      'udp.port': ['a_port', 'b_port'],
      'tcp.stream': ['stream'],
      'udp.stream': ['stream'],
      sni: ['server_name'],
    },
  },
);
export type StreamRow = Row<typeof stream>;
