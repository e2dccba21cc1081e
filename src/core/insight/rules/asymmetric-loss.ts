import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatPercent } from '../../output/units.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';
import { type OneWay, openTcpTrouble, waysOf } from '../tcp-trouble.ts';

/** Looks for pairs of hosts between which only one way loses packets. */
export const asymmetricLoss = rule({
  name: 'asymmetric_loss',
  severity: 'warn',
  about: 'packets are lost one way between two hosts, and not the other way',
  explanation:
    'Compares, for two hosts that both sent much payload, the share that was sent again each way. Segments that had been acknowledged before do not count, nor ACKs of segments that were not captured, nor senders whose receiver closed its window: what remains was lost. It comes of a duplex mismatch, of two routes of different quality, or of a queue that is full one way. Only connections with some trouble are counted, and lost pure ACKs are not seen at all.',
  advice:
    'Trace the route from both sides, and compare the counters of errors and drops of each link in the direction that loses.',
  thresholds: {
    loss_pct: threshold(2, 'Payload that was sent again the bad way, in percent.'),
    ratio: threshold(10, 'How many times the loss of the good way it must be.'),
    segments: threshold(10, 'Segments that were sent again the bad way.'),
    kbytes: threshold(100, 'Payload that must have been sent each way, in units of 1000 bytes.'),
  },
  open({ loss_pct, ratio, segments, kbytes }, shared) {
    const trouble = shared.of(openTcpTrouble);
    return {
      packet: (packet) => trouble.take(packet),
      *findings(at) {
        const ways = waysOf(trouble.entries(at, shared));
        for (const bad of ways.values()) {
          const good = ways.get(`${bad.receiver} ${bad.sender}`);
          const { resent } = bad.trouble;
          if (good === undefined || good === bad || resent === 0 || resent < segments) continue;
          if (Math.min(bad.payload, good.payload) < 1000 * kbytes || bad.payload === 0 || good.payload === 0) continue;
          if (bad.back.zeroWindows + bad.trouble.windowsFilled >= resent) continue;
          const lost = lossOf(bad);
          const lostBack = lossOf(good);
          if (lost < loss_pct || lost < ratio * lostBack) continue;
          yield {
            subject: bad.sender,
            summary: `From ${bad.sender} to ${bad.receiver} ${formatPercent(lost)} of the payload was lost, the other way ${formatPercent(lostBack)}`,
            confidence: resent >= 5 * segments ? 'high' : 'medium',
            evidence: [bad, good].map((way) =>
              evidence('conversation', {
                proto: 'tcp',
                stream: way.worst.stream,
                sender: way.sender,
                payload_bytes: way.payload,
                resent: way.trouble.resent,
                resent_bytes: way.trouble.resentBytes,
              }),
            ),
            since: formatTimestamp(bad.first.seconds, bad.first.nanoseconds),
          };
        }
      },
    };
  },
});

const lossOf = ({ trouble, payload }: OneWay): number => (100 * trouble.resentBytes) / payload;
