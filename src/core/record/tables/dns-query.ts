import { address, choice, integer, list, maybe, millis, shown, type Tone, text, time } from '../field.ts';
import { type Row, table } from '../table.ts';

const toneOf = (rcode: string | null): Tone | null => (rcode === null || rcode === 'NOERROR' ? null : 'bad');

export const dnsQuery = table(
  'dns_query',
  'One row per DNS query with its answer, or for either alone.',
  {
    time: maybe(time('When the query was captured, or an answer without a query.', shown('TIME', 1))),
    client: address('Who asked.', shown('CLIENT', 1)),
    server: address('The server that was asked; a group for multicast.', shown('SERVER', 1)),
    transport: choice('Transport.', ['udp', 'tcp', 'mdns', 'llmnr'], shown('OVER', 5)),
    id: integer('Number that pairs the two.'),
    name: maybe(text('The name asked for, as tshark writes it; null where the message is damaged.', shown('NAME', 1))),
    qtype: maybe(text('The type asked for: A, AAAA, MX.', shown('TYPE', 2))),
    rcode: maybe(
      text('Answer code: NOERROR, NXDOMAIN; null without an answer, which != NOERROR does not match.', {
        ...shown('RCODE', 1),
        tone: toneOf,
      }),
    ),
    answers: list('Values of the answer records.', shown('ANSWERS', 3)),
    latency_ms: maybe(millis('From the query to its answer; null when one is missing.', shown('LATENCY', 1))),
    packet: integer('Number of the packet of the query, or of an answer without a query.', shown('PACKET', 6)),
    community_id: maybe(text('Community ID of the flow, version 1 with seed 0, as Zeek and Suricata compute it.')),
  },
  { aliases: { addr: ['client', 'server'] } },
);
export type DnsQueryRow = Row<typeof dnsQuery>;
