import { address, count, integer, list, maybe, millis, percent, shown, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

/** One hop of a path, as the probes of a round found it. Statistics are named as mtr names them. */
export const hop = table(
  'hop',
  'One row per hop of a traced path, target and round.',
  {
    time: time('When the round began.'),
    target: text('The target as it was named.', shown('TARGET', 3)),
    hop: integer('Its number, from 1: the number of hops that the probes were permitted to pass.', shown('HOP', 1)),
    addr: maybe(address('The address that answered there most often; null when none did.', shown('ADDR', 1))),
    sent: count('Probes that should end there.', shown('SENT', 4)),
    received: count('Probes answered there.'),
    loss_pct: maybe(percent('Probes without an answer.', shown('LOSS', 1))),
    rtt_min_ms: maybe(millis('Shortest time to an answer.', shown('MIN', 2))),
    rtt_avg_ms: maybe(millis('Mean time to an answer.', shown('AVG', 1))),
    rtt_max_ms: maybe(millis('Longest time to an answer.', shown('MAX', 2))),
    rtt_stddev_ms: maybe(millis('Sample standard deviation of the times; null for fewer than two.')),
    error: maybe(text('The reason that it gives for not letting probes pass; null when they do.', shown('ERROR', 2))),
    addrs: list('All addresses that answered there: paths may fork.'),
    geo_country: maybe(text('ISO 3166 country of addr from a local database; null without one.')),
    asn: maybe(integer('Autonomous system that announces addr, where a database of them is installed.')),
    as_org: maybe(text('Organization of that autonomous system.')),
  },
  {
    aliases: { 'ip.addr': ['addr'] },
    places: {
      geo_country: { of: 'addr', is: 'country' },
      asn: { of: 'addr', is: 'asn' },
      as_org: { of: 'addr', is: 'org' },
    },
  },
);
export type HopRow = Row<typeof hop>;
