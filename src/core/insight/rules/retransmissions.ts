import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatNumberOf, formatPercent } from '../../output/units.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';
import { type OneWay, openTcpTrouble, waysOf } from '../tcp-trouble.ts';

/** Where segments are lost, or are thought to be. */
type Cause = 'receiver' | 'sender' | 'path';

/** Looks for segments that are sent again, and for who is to blame. */
export const retransmissions = rule({
  name: 'retransmissions',
  severity: 'warn',
  about: 'a host sends many TCP segments again; whether the sender, the receiver or the path is to blame',
  explanation:
    'Takes, for each host that sends to another, the payload that was sent again in percent of all payload. Only connections with some trouble are counted, so that the share is that of the connections concerned. The receiver is to blame when it closed its window or the sender filled it as often as segments were sent again; the sender when most of them had been acknowledged before (its timer is too short, or ACKs are late); else the path: with duplicate ACKs single segments are lost, without them all that followed, too, or nothing came back. Packets that were captured twice do not count, nor SYNs. Segments lost before the capture show as gaps, those lost behind it as segments sent again: both are counted as sent again when they come.',
  advice: 'Look for errors, drops and full queues on the links between the two hosts.',
  thresholds: {
    resent_pct: threshold(3, 'Payload that was sent again, in percent of the payload of these connections.'),
    resent: threshold(10, 'Segments that were sent again.'),
    segments: threshold(100, 'Segments that the sender sent in these connections.'),
  },
  open({ resent_pct, resent, segments }, shared) {
    const trouble = shared.of(openTcpTrouble);
    return {
      packet: (packet) => trouble.take(packet),
      *findings(at) {
        for (const way of waysOf(trouble.entries(at, shared)).values()) {
          const again = way.trouble.resent + way.trouble.spurious;
          const bytes = way.trouble.resentBytes + way.trouble.spuriousBytes;
          if (again === 0 || again < resent || way.packets < segments) continue;
          const pct = (100 * bytes) / way.payload;
          if (pct < resent_pct) continue;
          const cause = causeOf(way);
          yield {
            subject: way.sender,
            summary: `${way.sender} sent ${formatNumberOf(again, 'segment')} to ${way.receiver} again, ${formatPercent(pct)} of the payload of these connections: ${REASONS[cause](way)}`,
            confidence: cause === 'receiver' || (cause === 'path' && way.trouble.fast > 0) ? 'high' : 'medium',
            evidence: evidenceOf(way),
            since: formatTimestamp(way.first.seconds, way.first.nanoseconds),
            advice: ADVICE[cause],
          };
        }
      },
    };
  },
});

function causeOf({ trouble, back }: OneWay): Cause {
  const again = trouble.resent + trouble.spurious;
  if (back.zeroWindows + trouble.windowsFilled >= again) return 'receiver';
  return trouble.spurious > trouble.resent ? 'sender' : 'path';
}

const REASONS: Readonly<Record<Cause, (way: OneWay) => string>> = {
  receiver: ({ trouble, back }) =>
    `the receiver is slow (${back.zeroWindows} zero windows, ${trouble.windowsFilled} filled)`,
  sender: ({ trouble }) => `the sender does not wait for ACKs (${trouble.spurious} were acknowledged already)`,
  path: ({ trouble, back }) =>
    back.duplicateAcks > 0
      ? `the path loses packets (${formatNumberOf(back.duplicateAcks, 'duplicate ACK')}, ${trouble.fast} fast)`
      : 'the path loses packets (no duplicate ACKs)',
};

const ADVICE: Readonly<Record<Cause, string>> = {
  receiver: 'Look at the program and the receive buffer of the receiver; the network is not what is slow.',
  sender:
    'Compare the round trip time with the retransmission timer of the sender, and look for queues that delay the ACKs.',
  path: 'Look for errors, drops and full queues on the links between the two hosts.',
};

function evidenceOf({ worst, worstResent, sender, receiver, trouble, back, packets }: OneWay): readonly string[] {
  return [
    evidence('conversation', {
      proto: 'tcp',
      stream: worst.stream,
      a_port: worst.aPort,
      b_port: worst.bPort,
      resent: worstResent,
    }),
    evidence('expert', {
      sender,
      receiver,
      segments: packets,
      resent: trouble.resent,
      fast: trouble.fast,
      spurious: trouble.spurious,
      duplicate_acks: back.duplicateAcks,
      zero_windows: back.zeroWindows,
      windows_filled: trouble.windowsFilled,
    }),
  ];
}
