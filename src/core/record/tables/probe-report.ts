import {
  badUnlessZero,
  choice,
  count,
  maybe,
  millis,
  percent,
  seconds,
  shown,
  type Tone,
  text,
  time,
} from '../field.ts';
import { type Row, table } from '../table.ts';
import { PROBE_KINDS } from './probe.ts';

const AVAILABLE: (value: number) => Tone | null = (value) => (value >= 100 ? 'good' : value >= 99 ? 'notice' : 'bad');

/** What an appended history says of a target in a span of time. */
export const probeReport = table(
  'probe_report',
  'One row per target and span of time: an hour, a window, or all of it.',
  {
    time: time('When the span began.', shown('FROM', 1)),
    target: text('The target as it was named.', shown('TARGET', 1)),
    kind: choice('What was asked.', PROBE_KINDS, shown('KIND', 5)),
    rounds: count('Rounds of probes that began in the span.', shown('ROUNDS', 4)),
    availability_pct: maybe(
      percent('Share of the time in which it was not down, of the time in which that is known.', {
        ...shown('AVAILABLE', 1),
        tone: AVAILABLE,
      }),
    ),
    loss_pct: maybe(percent('Probes without an answer.', shown('LOSS', 1))),
    rtt_avg_ms: maybe(millis('Mean time to an answer.', shown('AVG', 1))),
    rtt_p95_ms: maybe(
      millis('The mean time of 95 of 100 rounds was no longer than this; by nearest rank.', shown('P95', 3)),
    ),
    rtt_max_ms: maybe(millis('Longest time to an answer.', shown('MAX', 3))),
    outages: count('How often it went down in the span.', { ...shown('OUTAGES', 2), tone: badUnlessZero }),
    outage_s: seconds('How long it was down in the span.', shown('DOWN', 2)),
    longest_outage_s: seconds(
      'Length of the longest outage that began in the span, even if it lasted past the end of the span.',
      shown('LONGEST', 4),
    ),
    span: maybe(
      choice(
        'What the row covers: an hour by the clock (UTC), a window of --window, or with --total the whole report.',
        ['hour', 'window', 'total'],
        shown('SPAN', 4),
      ),
    ),
    until: maybe(time('When the span ended; of a total, when the last state that is known ended.')),
    known_s: seconds('How much of the span is known: from each round to the next, unless rounds are missing.'),
    degraded_rounds: count('Rounds in which only some probes were answered.'),
    unknown_rounds: count('Rounds whose result is unknown.'),
    sent: count('Probes sent.'),
    received: count('Probes answered.'),
    rtt_p50_ms: maybe(
      millis('The mean time of half of the rounds was no longer than this; by nearest rank.', { heading: 'P50' }),
    ),
    host: maybe(
      text('The host in the target, or its address as last known: it tells two gateways apart.', shown('HOST', 5)),
    ),
  },
  { none: 'no round of probes falls into that time' },
);
export type ProbeReportRow = Row<typeof probeReport>;
