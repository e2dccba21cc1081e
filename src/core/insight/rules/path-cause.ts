import { isoTimeOf } from '../../instant.ts';
import { formatMillis, formatPercent } from '../../output/units.ts';
import type { ProbeRow } from '../../record/tables/probe.ts';
import { evidence } from '../evidence.ts';
import { shownName } from '../name-wording.ts';
import { rule, threshold } from '../rule.ts';

type Trouble = 'down' | 'slow or lossy';

interface Verdict {
  readonly causes: readonly string[];
  readonly trouble: Trouble;
  readonly isGateway: boolean;
  readonly rows: readonly ProbeRow[];
}

/** Says which part of the way out is to blame, by what the probes of its parts found. */
export const pathCause = rule({
  name: 'path_cause',
  severity: 'warn',
  about: 'the link, the gateway, the resolver or the path beyond is down, slow or lossy',
  explanation:
    'Compares the probes of a round (--probe): the gateway, the DNS servers and a name that the system resolves. When nothing answers, the link or the gateway is most likely to blame. When the gateway answers and no DNS server does, it is the path beyond, or the resolver. When one of several DNS servers fails, it is that resolver; when all of them answer and the name is not resolved, it is the name or the configuration of the resolver. Many gateways do not answer pings, or answer them late: while something else answers well, the gateway is not blamed. Down is told at once, with high confidence from the second round on; slow or lossy only after several rounds in a row. A resolver on the own network may answer from its cache while the path beyond is down.',
  advice:
    'Begin with the first in the ranking: netwatch probe for a longer look, netwatch probe trace:// for the path.',
  thresholds: {
    rtt_ms: threshold(100, 'Mean time to an answer from which a target is slow, in milliseconds.'),
    loss_pct: threshold(50, 'Probes without an answer from which a target is lossy, in percent.'),
    rounds: threshold(2, 'Rounds in a row that a target must be slow or lossy.'),
  },
  open({ rtt_ms, loss_pct, rounds }) {
    let verdict: Verdict | null = null;
    let since = Number.NaN;
    let seen = 0;
    const troubleOf = ({ state, loss_pct: loss, rtt_avg_ms: rtt }: ProbeRow): Trouble | null => {
      if (state === 'down') return 'down';
      return (loss !== null && loss >= loss_pct) || (rtt !== null && rtt >= rtt_ms) ? 'slow or lossy' : null;
    };
    return {
      probe(rows, at) {
        const next = judge(rows, troubleOf);
        const isSame = next !== null && next.causes[0] === verdict?.causes[0] && next.trouble === verdict?.trouble;
        if (!isSame) {
          since = at;
          seen = 0;
        }
        verdict = next;
        seen++;
      },
      *findings() {
        if (verdict === null || (verdict.trouble !== 'down' && seen < rounds)) return;
        const { causes, trouble, isGateway, rows } = verdict;
        const [first, ...others] = causes;
        const worst = rows[0]!;
        const figures =
          trouble === 'down'
            ? `${shownName(worst.target)} is down`
            : `${shownName(worst.target)} takes ${worst.rtt_avg_ms === null ? 'no time that is known' : formatMillis(worst.rtt_avg_ms)} and loses ${formatPercent(worst.loss_pct ?? 0)}`;
        const rest = others.length === 0 ? '' : `, then ${others.join(', then ')}`;
        yield {
          subject: first!,
          severity: isGateway && trouble === 'down' ? 'error' : 'warn',
          summary: `${figures}: most likely to blame is ${first}${rest}`,
          confidence: seen > 1 ? 'high' : 'medium',
          evidence: rows.map(({ target, addr, sent, received, rtt_avg_ms, state }) =>
            evidence('probe', { target, addr, sent, received, rtt_avg_ms, state }),
          ),
          since: isoTimeOf(since * 1000),
        };
      },
    };
  },
});

function judge(all: readonly ProbeRow[], troubleOf: (row: ProbeRow) => Trouble | null): Verdict | null {
  const rows = all.filter(({ state, sent }) => state !== 'unknown' && sent > 0);
  const gateways = rows.filter(({ target }) => target === 'gateway');
  const names = rows.filter(({ target }) => target.startsWith('dns:///'));
  const resolvers = rows.filter((row) => row.kind === 'dns' && !names.includes(row));
  const beyond = [...resolvers, ...names];
  const bad = (those: readonly ProbeRow[]): readonly ProbeRow[] => those.filter((row) => troubleOf(row) !== null);
  const allBad = (those: readonly ProbeRow[]): boolean => those.length > 0 && bad(those).length === those.length;
  const verdict = (causes: readonly string[], blamed: readonly ProbeRow[], isGateway = false): Verdict => ({
    causes,
    trouble: blamed.every((row) => troubleOf(row) === 'down') ? 'down' : 'slow or lossy',
    isGateway,
    // those to blame first, then what clears the others; the worst of them is quoted
    rows: [...blamed, ...rows.filter((row) => !blamed.includes(row))].slice(0, Math.max(5, blamed.length)),
  });
  const alone = resolvers.length === 1 ? resolvers[0]!.host : null;
  if (allBad(gateways) && (beyond.length === 0 || allBad(beyond))) {
    const causes = beyond.length === 0 ? [] : ['the path beyond it'];
    return verdict(['the link or the gateway', ...causes], gateways, true);
  }
  if (allBad(resolvers)) {
    const one = alone === null ? 'the resolvers' : `the resolver ${alone}`;
    const path = 'the path beyond the gateway';
    // one server may well be to blame alone; that several are at once is less likely than what they share
    return verdict(alone === null ? [path, one] : [one, path], resolvers);
  }
  const failing = bad(resolvers)[0];
  if (failing !== undefined) return verdict([`the resolver ${failing.host ?? failing.addr}`], [failing]);
  return allBad(names) ? verdict(['the name', 'the configuration of the resolver'], names) : null;
}
