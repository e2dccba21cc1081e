import { formatNumberOf } from '../../output/units.ts';
import { evidence } from '../evidence.ts';
import { type GrownInterface, InterfaceGrowth } from '../interface-growth.ts';
import { MOVING_START } from '../moving-start.ts';
import { rule, threshold } from '../rule.ts';

const WAYS = [
  { errors: 'rx_errors', packets: 'rx_packets', said: 'received' },
  { errors: 'tx_errors', packets: 'tx_packets', said: 'sent' },
] as const;

/** Looks for interfaces that damage packets. */
export const interfaceErrors = rule({
  name: 'interface_errors',
  severity: 'warn',
  about: 'an interface has errors',
  explanation: `Compares by how much rx_errors and tx_errors of each interface grew since the first look with the packets of that time. Errors are wrong checksums, lengths and alignments, and whatever else the driver counts there: a bad cable, connector or optic, a wrong duplex, a weak radio, a driver or a tunnel that cannot send. What was counted before the first look is a note only, and only where it is a large part of all packets since boot: it may be long ago. ${MOVING_START}`,
  advice: 'See by `ethtool -S INTERFACE` which errors grow; change cable, optic or port, and compare the other end.',
  thresholds: {
    errors: threshold(10, 'Errors one way in ten minutes.'),
    per_million: threshold(100, 'Errors per million packets in that time.'),
    boot_errors: threshold(1000, 'Errors one way since boot, for a note.'),
    boot_per_million: threshold(10_000, 'Errors per million packets since boot, for a note.'),
  },
  open({ errors: fewest, per_million, boot_errors, boot_per_million }) {
    const growth = new InterfaceGrowth();
    const recent = (
      { row: { name, ...row }, time, grown }: GrownInterface,
      { errors, packets, said }: (typeof WAYS)[number],
    ) => {
      const bad = grown(errors);
      const all = grown(packets) + bad;
      if (bad === 0 || bad < fewest || 1e6 * bad < per_million * all) return null;
      return {
        subject: `${name} ${said}`,
        summary: `${name} had ${formatNumberOf(bad, 'error')} in ${all} packets that it ${said} ${time}`,
        confidence: 'high' as const,
        evidence: [evidence('iface', { name, [errors]: row[errors], [packets]: row[packets], grown: bad })],
        since: null,
      };
    };
    const old = ({ row: { name, ...row } }: GrownInterface, { errors, packets, said }: (typeof WAYS)[number]) => {
      const bad = row[errors] ?? 0;
      const all = (row[packets] ?? 0) + bad;
      if (bad === 0 || bad < boot_errors || 1e6 * bad < boot_per_million * all) return null;
      return {
        subject: `${name} ${said}`,
        severity: 'note' as const,
        summary: `${name} had ${formatNumberOf(bad, 'error')} in ${all} packets that it ${said} since boot`,
        confidence: 'low' as const,
        evidence: [evidence('iface', { name, [errors]: bad, [packets]: row[packets] })],
        since: null,
      };
    };
    return {
      iface: (rows, at) => growth.take(rows, at),
      clockJumped: (by) => growth.clockJumped(by),
      *findings() {
        for (const one of growth.all()) {
          for (const way of WAYS) {
            const found = recent(one, way) ?? old(one, way);
            if (found !== null) yield found;
          }
        }
      },
    };
  },
});
