import type { IfaceRow } from '../../record/tables/iface.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Looks for links whose two ends did not agree. */
export const halfDuplex = rule({
  name: 'half_duplex',
  severity: 'warn',
  about: 'an Ethernet link is half duplex',
  explanation:
    'Looks for Ethernet interfaces that are up, fast and half duplex. Links of this speed are full duplex unless autonegotiation failed or one end is set by hand; then the other end sends at the same time, and packets are lost under load. A hub is half duplex on purpose. A driver that tells no duplex is left out.',
  advice: 'Set autonegotiation at both ends, and try another cable: `ethtool INTERFACE` shows what was negotiated.',
  thresholds: { speed_mbps: threshold(100, 'Speed from which on a link should be full duplex, in Mbit/s.') },
  open({ speed_mbps }) {
    let half: readonly IfaceRow[] = [];
    return {
      iface(rows) {
        half = rows.filter(
          (row) =>
            row.kind === 'ethernet' &&
            row.state === 'up' &&
            row.duplex === 'half' &&
            row.speed_mbps !== null &&
            row.speed_mbps >= speed_mbps,
        );
      },
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
      },
    };
  },
});
