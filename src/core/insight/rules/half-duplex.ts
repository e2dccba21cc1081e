import { formatNumberOf } from '../../output/units.ts';
import type { IfaceRow } from '../../record/tables/iface.ts';
import { evidence } from '../evidence.ts';
import { InterfaceGrowth } from '../interface-growth.ts';
import { MOVING_START } from '../moving-start.ts';
import { rule, threshold } from '../rule.ts';

/** Looks for links whose two ends did not agree. */
export const halfDuplex = rule({
  name: 'half_duplex',
  severity: 'warn',
  about: 'an Ethernet link is half duplex, or has collisions although it is full duplex',
  explanation: `Looks for Ethernet interfaces that are up, fast and half duplex. Links of this speed are full duplex unless autonegotiation failed or one end is set by hand; then the other end sends at the same time, and packets are lost under load. A hub is half duplex on purpose. It also counts by how much the collisions of a full-duplex interface grew since the first look: full duplex has none, so that the driver tells the duplex wrong or the counter means something else. Late collisions are not told apart from others. A driver that tells no duplex is left out. ${MOVING_START}`,
  advice: 'Set autonegotiation at both ends, and try another cable: `ethtool INTERFACE` shows what was negotiated.',
  thresholds: {
    speed_mbps: threshold(100, 'Speed from which on a link should be full duplex, in Mbit/s.'),
    collisions: threshold(10, 'Collisions of a full-duplex link in ten minutes.'),
  },
  open({ speed_mbps, collisions: most }) {
    const growth = new InterfaceGrowth();
    let half: readonly IfaceRow[] = [];
    return {
      iface(rows, at) {
        growth.take(rows, at);
        half = rows.filter(
          (row) =>
            row.kind === 'ethernet' &&
            row.state === 'up' &&
            row.duplex === 'half' &&
            row.speed_mbps !== null &&
            row.speed_mbps >= speed_mbps,
        );
      },
      clockJumped: (by) => growth.clockJumped(by),
      *findings() {
        for (const { name, speed_mbps: speed, duplex, collisions } of half) {
          yield {
            subject: name,
            summary: `${name} is half duplex at ${speed} Mbit/s`,
            confidence: 'high',
            evidence: [evidence('iface', { name, speed_mbps: speed, duplex, collisions })],
            since: null,
          };
        }
        for (const { row, time, grown } of growth.all()) {
          const { name, kind, state, duplex, collisions } = row;
          const more = grown('collisions');
          if (kind !== 'ethernet' || state !== 'up' || duplex !== 'full' || more === 0 || more < most) continue;
          yield {
            subject: name,
            summary: `${name} had ${formatNumberOf(more, 'collision')} ${time} although it is full duplex`,
            confidence: 'medium',
            evidence: [evidence('iface', { name, duplex, collisions, grown: more })],
            since: null,
          };
        }
      },
    };
  },
});
