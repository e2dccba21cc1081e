import { address, count, integer, list, maybe, millis, percent, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** One hop of a path, as the probes of a round found it. Statistics are named as mtr names them. */
export const hop = table(
  'hop',
  'One row per hop of a traced path, target and round.',
  {
    time: time('When the round began.'),
    target: text('The target as it was named.', shown('TARGET')),
    hop: integer('Its number, from 1: as many hops as the probes were permitted to pass.', shown('HOP')),
    addr: maybe(address('Who answered there, most often; null when nobody did.', shown('ADDR'))),
    sent: count('Probes that were to end there.', shown('SENT')),
    received: count('Probes answered there.'),
    loss_pct: maybe(percent('Probes without an answer.', shown('LOSS'))),
    rtt_min_ms: maybe(millis('Shortest time to an answer.', shown('MIN'))),
    rtt_avg_ms: maybe(millis('Mean time to an answer.', shown('AVG'))),
    rtt_max_ms: maybe(millis('Longest time to an answer.', shown('MAX'))),
    rtt_stddev_ms: maybe(millis('Sample standard deviation of the times; null for fewer than two.')),
    error: maybe(text('What it says why probes do not pass; null when they do.', shown('ERROR'))),
    addrs: list('All who answered there: paths may fork.'),
  },
  { aliases: { 'ip.addr': ['addr'] } },
);
export type HopRow = Row<typeof hop>;
