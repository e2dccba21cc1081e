import {
  address,
  choice,
  count,
  integer,
  maybe,
  millis,
  percent,
  port,
  shown,
  type Tone,
  time,
  toneBy,
} from '../field.ts';
import { type Row, table } from '../table.ts';

/** What became of the request for a connection. */
const HANDSHAKE_OUTCOMES = [
  'complete', // SYN, SYN-ACK and ACK
  'refused', // RST in answer to the SYN
  'unanswered', // nothing but the SYN
  'incomplete', // some of the three were not sent, or not captured
] as const;
export type HandshakeOutcome = (typeof HANDSHAKE_OUTCOMES)[number];

const TONES: Readonly<Record<HandshakeOutcome, Tone | null>> = {
  complete: 'good',
  refused: 'bad',
  unanswered: 'bad',
  incomplete: 'busy',
};

export const handshake = table('handshake', 'One row per TCP connection whose SYN was captured.', {
  time: time('Time of the SYN.'),
  stream: integer('Number of the TCP stream.', shown('STREAM', 6)),
  client_addr: address('The side that sent the SYN.', shown('CLIENT', 1)),
  client_port: port('Its port.', shown('PORT', 5)),
  server_addr: address('The server.', shown('SERVER', 1)),
  server_port: port('Its port.', shown('SPORT', 4)),
  syn_synack_ms: maybe(millis('From SYN to SYN-ACK: the way to the server and back.', shown('SYN>SYNACK', 2))),
  synack_ack_ms: maybe(millis('From SYN-ACK to ACK: the way to the client and back.', shown('SYNACK>ACK', 2))),
  total_ms: maybe(
    millis('From SYN to ACK, or to the RST that refused; null for a handshake that is neither.', shown('TOTAL', 1)),
  ),
  outcome: maybe(
    choice('What became of it: complete with SYN, SYN-ACK and ACK.', HANDSHAKE_OUTCOMES, {
      ...shown('OUTCOME', 1),
      tone: toneBy(TONES),
    }),
  ),
});
export type HandshakeRow = Row<typeof handshake>;

/** The seven buckets of the distribution: a lower bound in milliseconds, the next one being the upper. */
export const HANDSHAKE_BUCKETS_MS = [0, 1, 5, 10, 50, 100, 500] as const;

export const handshakeHistogram = table(
  'handshake_histogram',
  'One row per range of times of complete handshakes, then one for all of them.',
  {
    bucket: choice(
      'The range, or all.',
      ['<1ms', '1-5ms', '5-10ms', '10-50ms', '50-100ms', '100-500ms', '>500ms', 'all'],
      shown('BUCKET', 1),
    ),
    from_ms: maybe(millis('Its lower bound, included.')),
    to_ms: maybe(millis('Its upper bound, not included; null for none.')),
    count: count('Handshakes whose total time is in the range.', shown('COUNT', 1)),
    pct: percent('Share of all complete handshakes.', { ...shown('PCT', 1), bar: true }),
    min_ms: maybe(millis('The shortest of them.', shown('MIN', 3))),
    avg_ms: maybe(millis('Their mean.', shown('AVG', 3))),
    median_ms: maybe(millis('Half of them took no longer.', shown('MEDIAN', 1))),
    p95_ms: maybe(millis('95 % of them took no longer.', shown('P95', 1))),
    max_ms: maybe(millis('The longest of them.', shown('MAX', 3))),
    refused: maybe(count('In the row for all: connections answered by RST; null in the others.', shown('REFUSED', 2))),
    unanswered: maybe(count('In the row for all: connections that nobody answered.', shown('UNANSWERED', 2))),
    incomplete: maybe(count('In the row for all: handshakes of which a part is missing.', shown('INCOMPLETE', 4))),
  },
);
export type HandshakeHistogramRow = Row<typeof handshakeHistogram>;
