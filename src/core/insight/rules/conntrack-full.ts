import { CounterGrowth } from '../counter-growth.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';

/** Looks whether the firewall has room for new connections. */
export const conntrackFull = rule({
  name: 'conntrack_full',
  severity: 'warn',
  about: "the firewall's table of connections is nearly full",
  explanation:
    'Compares nf_conntrack_count with nf_conntrack_max. When the table is full, the kernel drops packets of new connections. A flood, a scan or long timeouts fill it, as does a limit that is too low for the traffic. Where these files cannot be read, nothing is found.',
  advice:
    'See by `conntrack -S` and `conntrack -L` what fills it; raise net.netfilter.nf_conntrack_max if that is wanted.',
  thresholds: {
    pct: threshold(80, 'Entries in use, in percent of the limit.'),
    error_pct: threshold(95, 'From this share on it is an error, in percent of the limit.'),
  },
  open({ pct, error_pct }) {
    const levels = new CounterGrowth(['nf_conntrack_count', 'nf_conntrack_max']);
    return {
      counter: (rows, at) => levels.take(rows, at),
      *findings() {
        const count = levels.now('nf_conntrack_count');
        const max = levels.now('nf_conntrack_max');
        // a limit of 0 is none
        if (count === null || max === null || max === 0 || 100 * count < pct * max) return;
        yield {
          subject: 'nf_conntrack',
          severity: 100 * count >= error_pct * max ? 'error' : 'warn',
          summary: `the firewall tracks ${count} connections of the ${max} that it can`,
          confidence: 'high',
          evidence: [
            evidence('counter', { name: 'nf_conntrack_count', value: count }),
            evidence('counter', { name: 'nf_conntrack_max', value: max }),
          ],
          since: null,
        };
      },
    };
  },
});
