import { formatPercent } from '../../output/units.ts';
import { evidence } from '../evidence.ts';
import { type GrownInterface, InterfaceGrowth } from '../interface-growth.ts';
import { MOVING_START } from '../moving-start.ts';
import type { Finding } from '../rule.ts';
import { rule, threshold } from '../rule.ts';

const WAYS = [
  { drops: 'rx_dropped', packets: 'rx_packets', said: 'received' },
  { drops: 'tx_dropped', packets: 'tx_packets', said: 'sent' },
] as const;

/** Looks for interfaces that throw packets away. */
export const interfaceDrops = rule({
  name: 'interface_drops',
  severity: 'warn',
  about: 'an interface drops packets',
  explanation: `Compares by how much rx_dropped and tx_dropped of each interface grew since the first look with the packets of that time. Dropped at receipt means that the kernel had no room or no time for them, and also that nobody here speaks their protocol (LLDP, spanning tree, another VLAN): those come slowly, so that a rate is asked for, and the confidence is medium. Dropped at sending means that the queue was full or the driver refused. What was dropped before the first look is a note only, only for sending, and only where it is a large part of all packets since boot. ${MOVING_START}`,
  advice:
    'See by `ethtool -S INTERFACE` and `tc -s qdisc` where they are dropped; larger rings (`ethtool -G`) help against bursts.',
  thresholds: {
    packets: threshold(100, 'Packets dropped one way in ten minutes.'),
    per_s: threshold(10, 'Packets dropped one way per second in that time.'),
    per_million: threshold(1000, 'Packets dropped per million in that time.'),
    boot_packets: threshold(1000, 'Packets dropped at sending since boot, for a note.'),
    boot_per_million: threshold(10_000, 'Packets dropped at sending per million since boot, for a note.'),
  },
  open({ packets: fewest, per_s, per_million, boot_packets, boot_per_million }) {
    const growth = new InterfaceGrowth();
    const recent = ({ row, seconds, time, grown }: GrownInterface, way: (typeof WAYS)[number]): Finding | null => {
      const { drops, packets, said } = way;
      const { name } = row;
      const lost = grown(drops);
      const all = grown(packets) + lost;
      if (lost === 0 || lost < fewest || lost < per_s * seconds || 1e6 * lost < per_million * all) return null;
      return {
        subject: `${name} ${said}`,
        summary: `${name} dropped ${lost} of ${all} packets that it ${said} ${time} (${formatPercent((100 * lost) / all)})`,
        confidence: drops === 'tx_dropped' ? 'high' : 'medium',
        evidence: [evidence('iface', { name, [drops]: row[drops], [packets]: row[packets], grown: lost })],
        since: null,
      };
    };
    const old = ({ row: { name, tx_dropped, tx_packets } }: GrownInterface): Finding | null => {
      const lost = tx_dropped ?? 0;
      const all = (tx_packets ?? 0) + lost;
      if (lost === 0 || lost < boot_packets || 1e6 * lost < boot_per_million * all) return null;
      return {
        subject: `${name} sent`,
        severity: 'note',
        summary: `${name} dropped ${lost} of ${all} packets that it sent since boot (${formatPercent((100 * lost) / all)})`,
        confidence: 'low',
        evidence: [evidence('iface', { name, tx_dropped, tx_packets })],
        since: null,
      };
    };
    return {
      iface: (rows, at) => growth.take(rows, at),
      clockJumped: (by) => growth.clockJumped(by),
      *findings() {
        for (const one of growth.all()) {
          for (const way of WAYS) {
            const found = recent(one, way) ?? (way.drops === 'tx_dropped' ? old(one) : null);
            if (found !== null) yield found;
          }
        }
      },
    };
  },
});
