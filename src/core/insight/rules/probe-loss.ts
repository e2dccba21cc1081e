import { isoTimeOf } from '../../instant.ts';
import { formatPercent } from '../../output/units.ts';
import type { ProbeRow } from '../../record/tables/probe.ts';
import { evidence } from '../evidence.ts';
import { shownName } from '../name-wording.ts';
import { rule, threshold } from '../rule.ts';

/** Targets that are told apart. */
export const MOST_TARGETS = 1000;
/** Rounds that are added up; then the older half of them is forgotten. */
const MOST_ROUNDS = 60;

interface Tally {
  row: ProbeRow;
  sent: number;
  received: number;
  rounds: number;
  since: number;
}

/** Looks for targets of which part of the probes is lost while another loses far less. */
export const probeLoss = rule({
  name: 'probe_loss',
  severity: 'warn',
  about: 'part of the probes of a target is lost, and another target answers far more of its own',
  explanation:
    'Adds up for each target how many probes (--probe) were sent and answered, over the last 30 to 60 rounds. A target that answers some and not others is compared with the one that loses the smallest share: where that one loses less than the threshold, and several times less than the target, the target is on a path that loses packets, is overloaded, or answers only so many probes in a second: routers do that with pings, and forward everything else. A target that never answered is left out: it is down, or answers no probes at all. Where every target loses probes it is the link or the gateway: see path_cause.',
  advice: 'See with netwatch probe trace:// where the loss begins, and whether it is there with tcp:// probes, too.',
  thresholds: {
    loss_pct: threshold(10, 'Probes without an answer, in percent.'),
    probes: threshold(3, 'Probes of a target, at least.'),
    lost: threshold(2, 'Probes without an answer, at least.'),
    times: threshold(3, 'How many times the share that the target with the smallest loss loses.'),
  },
  open({ loss_pct, probes, lost, times }) {
    const targets = new Map<string, Tally>();
    return {
      probe(rows, at) {
        for (const row of rows) {
          if (row.state === 'unknown' || row.sent === 0) continue;
          // the gateways of both families have the same name
          const key = `${row.target} ${row.addr?.includes(':') === true}`;
          let tally = targets.get(key);
          if (tally === undefined) {
            if (targets.size === MOST_TARGETS) continue;
            tally = { row, sent: 0, received: 0, rounds: 0, since: at };
            targets.set(key, tally);
          }
          if (tally.rounds === MOST_ROUNDS) {
            const missing = Math.floor((tally.sent - tally.received) / 2);
            tally.rounds /= 2;
            tally.sent = Math.ceil(tally.sent / 2);
            tally.received = tally.sent - missing;
          }
          tally.row = row;
          tally.sent += row.sent;
          tally.received += Math.min(row.received, row.sent);
          tally.rounds++;
        }
      },
      *findings() {
        const judged = [...targets.values()].filter(({ sent }) => sent > 0 && sent >= probes);
        const [best] = judged.toSorted((a, b) => lossOf(a) - lossOf(b) || b.sent - a.sent);
        if (best === undefined || (lossOf(best) > 0 && lossOf(best) >= loss_pct)) return;
        for (const tally of judged) {
          const { row, sent, received, since } = tally;
          const missing = sent - received;
          const share = lossOf(tally);
          if (received === 0 || missing === 0 || missing < lost || share < loss_pct || share < times * lossOf(best))
            continue;
          const { target, addr } = row;
          yield {
            subject: addr === null ? target : `${target} (${addr})`,
            summary: `${formatPercent(share)} of ${sent} probes of ${shownName(target)} were lost; ${shownName(best.row.target)} answered ${best.received === best.sent ? 'all' : best.received} of ${best.sent}`,
            confidence: 'medium',
            evidence: [
              evidence('probe', { target, addr, sent, received }),
              evidence('probe', {
                target: best.row.target,
                addr: best.row.addr,
                sent: best.sent,
                received: best.received,
              }),
            ],
            since: isoTimeOf(since * 1000),
          };
        }
      },
    };
  },
});

/** In percent. */
const lossOf = ({ sent, received }: Tally): number => (100 * (sent - received)) / sent;
