import { choice, count, maybe, seconds, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';
import { PROBE_KINDS } from './probe.ts';

/** A time in which an appended history says that a target was down. */
export const probeOutage = table(
  'probe_outage',
  'One row per target and outage.',
  {
    time: time('When the first round began in which it was down.', shown('FROM', 1)),
    target: text('The target as it was named.', shown('TARGET', 1)),
    kind: choice('What was asked.', PROBE_KINDS, shown('KIND', 5)),
    outage_s: seconds('How long it was down: until the next round, or as long as that is known.', shown('DOWN', 1)),
    until: maybe(time('When a round began in which it was not down; null when none is known.', shown('UNTIL', 2))),
    rounds: count('Rounds in which it was down.', shown('ROUNDS', 4)),
    detail: maybe(text('Why, as the first of the rounds says.', shown('DETAIL', 2))),
    host: maybe(
      text('The host in the target, or its address as last known: it tells two gateways apart.', shown('HOST', 5)),
    ),
  },
  { none: 'no outage falls into that time' },
);
export type ProbeOutageRow = Row<typeof probeOutage>;
