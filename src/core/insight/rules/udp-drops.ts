import { endpointText } from '../../net/endpoint-text.ts';
import type { ConnRow } from '../../record/tables/conn.ts';
import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { MOVING_START, MovingStart } from '../moving-start.ts';
import { rule, threshold } from '../rule.ts';

/** More sockets are not told apart. */
export const MOST_SOCKETS = 10_000;

interface Dropping {
  /** What it had dropped when it was first seen, or some minutes ago. */
  readonly start: MovingStart<number>;
  readonly row: ConnRow;
  readonly at: number;
}

const FAMILIES = [
  { family: 4, subject: 'UDP over IPv4', dropped: 'UdpRcvbufErrors', received: 'UdpInDatagrams' },
  { family: 6, subject: 'UDP over IPv6', dropped: 'Udp6RcvbufErrors', received: 'Udp6InDatagrams' },
] as const;

/** Looks for datagrams that came faster than programs read them. */
export const udpDrops = rule({
  name: 'udp_drops',
  severity: 'warn',
  about: 'datagrams are dropped because receive buffers are full',
  explanation: `Compares UdpRcvbufErrors and Udp6RcvbufErrors with the datagrams that were received since the first look. A program reads too slowly, or its buffer is too small for a burst. These counters are those of the whole machine; the growth of drops of each UDP socket says which one it was, and what such a finding explains is not told again for the machine. A socket also counts there what a filter or a wrong checksum made it drop. What was dropped before the first look is not counted: one look finds nothing. ${MOVING_START}`,
  advice:
    'Find the socket by `netwatch conns -f "drops > 0"`; let its program read faster, or raise net.core.rmem_max.',
  thresholds: {
    datagrams: threshold(10, 'Datagrams dropped in ten minutes.'),
    pct: threshold(0.1, 'Of those that came, those that were dropped, in percent.'),
    socket_datagrams: threshold(100, 'Datagrams that one socket dropped in ten minutes.'),
  },
  open({ datagrams, pct, socket_datagrams }) {
    let sockets = new Map<string, Dropping>();
    const growth = new CounterGrowth(FAMILIES.flatMap(({ dropped, received }) => [dropped, received]));
    return {
      counter: (rows, at) => growth.take(rows, at),
      conn(rows, at) {
        const next = new Map<string, Dropping>();
        for (const row of rows) {
          const { proto, drops, netns, inode, local_addr, local_port } = row;
          if (proto !== 'udp' || drops === null || next.size === MOST_SOCKETS) continue;
          const key = `${netns} ${inode} ${local_addr} ${local_port}`;
          const before = sockets.get(key)?.start;
          const start = before !== undefined && before.value <= drops ? before : new MovingStart(drops, at);
          start.take(drops, at);
          next.set(key, { start, row, at });
        }
        sockets = next;
      },
      clockJumped(by) {
        growth.clockJumped(by);
        sockets = new Map([...sockets].map(([key, one]) => [key, { ...one, at: one.at + by }]));
        for (const { start } of sockets.values()) start.clockJumped(by);
      },
      *findings() {
        const told = { 4: 0, 6: 0 };
        for (const { start, row, at } of sockets.values()) {
          const { local_addr, local_port, pid, process, drops } = row;
          const grown = drops! - start.value;
          if (grown === 0 || grown < socket_datagrams) continue;
          told[local_addr.includes(':') ? 6 : 4] += grown;
          const subject = endpointText(local_addr, local_port);
          yield {
            subject: `UDP ${subject}`,
            summary: `${grown} datagrams to ${subject} (${process ?? 'unknown process'}) were dropped ${start.timeText(at)}: its receive buffer was full`,
            confidence: 'high',
            evidence: [evidence('conn', { local_addr, local_port, pid, drops, grown })],
            since: null,
          };
        }
        for (const { family, subject, dropped, received } of FAMILIES) {
          const lost = growth.grown(dropped);
          const came = lost + growth.grown(received);
          if (lost === 0 || lost < datagrams || 100 * lost < pct * came || lost - told[family] < datagrams) continue;
          yield {
            subject,
            summary: `${lost} of ${came} datagrams (${subject}) were dropped ${growth.timeText()}: receive buffers were full`,
            confidence: 'high',
            evidence: [evidence('counter', { name: dropped, value: growth.now(dropped), grown: lost })],
            since: null,
          };
        }
      },
    };
  },
});
