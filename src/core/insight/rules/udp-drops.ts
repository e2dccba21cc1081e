import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

const FAMILIES = [
  { subject: 'UDP over IPv4', dropped: 'UdpRcvbufErrors', received: 'UdpInDatagrams' },
  { subject: 'UDP over IPv6', dropped: 'Udp6RcvbufErrors', received: 'Udp6InDatagrams' },
] as const;

/** Looks for datagrams that came faster than programs read them. */
export const udpDrops = rule({
  name: 'udp_drops',
  severity: 'warn',
  about: 'datagrams are dropped because receive buffers are full',
  explanation:
    'Compares UdpRcvbufErrors and Udp6RcvbufErrors with the datagrams that were received since the first look. A program reads too slowly, or its buffer is too small for a burst. The counters are those of the whole machine and do not say which socket it was. What was dropped before the first look is not counted: one look finds nothing.',
  advice:
    'Find the socket by `netwatch conns -f "drops > 0"`; let its program read faster, or raise net.core.rmem_max.',
  thresholds: {
    datagrams: threshold(10, 'Datagrams dropped since the first look.'),
    pct: threshold(0.1, 'Of those that came, those that were dropped, in percent.'),
  },
  open({ datagrams, pct }) {
    const growth = new CounterGrowth(FAMILIES.flatMap(({ dropped, received }) => [dropped, received]));
    return {
      counter: (rows) => growth.take(rows),
      *findings() {
        for (const { subject, dropped, received } of FAMILIES) {
          const lost = growth.grown(dropped);
          const came = lost + growth.grown(received);
          if (lost === 0 || lost < datagrams || 100 * lost < pct * came) continue;
          yield {
            subject,
            summary: `${lost} of ${came} datagrams (${subject}) were dropped because the receive buffer was full`,
            confidence: 'high',
            evidence: [evidence('counter', { name: dropped, value: growth.now(dropped), grown: lost })],
            since: null,
          };
        }
      },
    };
  },
});
