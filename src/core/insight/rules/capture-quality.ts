import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatNumberOf, formatPercent } from '../../output/units.ts';
import type { ConversationRow } from '../../record/tables/conversation.ts';
import type { Flow } from '../../wire/flow.ts';
import { evidence } from '../evidence.ts';
import { type Finding, rule, threshold } from '../rule.ts';
import { type FlowTrouble, openTcpTrouble, type SideTrouble } from '../tcp-trouble.ts';

/** Looks for what the capture itself lacks, or has twice, so that it is not blamed on the network. */
export const captureQuality = rule({
  name: 'capture_quality',
  severity: 'note',
  about: 'the capture lacks packets, has them twice, or saw one direction only',
  explanation:
    'An ACK of a segment that is not in the capture says that the segment arrived and was not captured: the capture lost it, or it went another way. A segment that comes again within 5 ms as the last one of its side was captured twice, as by a mirror port of two VLANs or on all interfaces. A TCP connection of which several packets one way and none the other way were captured is seen from one side only. None of this is a loss of the network, and none of it counts in the rules about loss; but what other rules say about these connections is less sure.',
  advice: 'Capture with a larger --buffer or a filter, and at a place that both directions pass once; then look again.',
  thresholds: {
    not_captured: threshold(10, 'ACKs of segments that were not captured.'),
    not_captured_pct: threshold(1, 'These, in percent of the packets of all TCP connections.'),
    copies: threshold(10, 'Packets that were captured twice.'),
    copies_pct: threshold(5, 'These, in percent of the packets of all TCP connections.'),
    one_way: threshold(5, 'TCP connections of which one direction was captured.'),
    one_way_pct: threshold(20, 'These, in percent of all TCP connections.'),
  },
  open(limits, shared) {
    const trouble = shared.of(openTcpTrouble);
    let connections: readonly ConversationRow[] = [];
    return {
      packet: (packet) => trouble.take(packet),
      conversation(rows) {
        connections = rows.filter(({ proto }) => proto === 'tcp');
      },
      *findings(at) {
        const packets = connections.reduce((sum, row) => sum + row.packets, 0);
        const entries = [...trouble.entries(at, shared)];
        const missing = worstOf(entries, ({ notCaptured }) => notCaptured);
        if (
          missing.sum >= Math.max(1, limits.not_captured) &&
          missing.sum >= (limits.not_captured_pct / 100) * packets
        ) {
          yield findingOf(
            missing,
            'segments not captured',
            'not_captured',
            (sum) =>
              `${formatNumberOf(sum, 'ACK')} ${sum === 1 ? 'is' : 'are'} of segments that were not captured: the capture lacks packets that arrived`,
          );
        }
        const twice = worstOf(entries, ({ copies }) => copies);
        if (twice.sum >= Math.max(1, limits.copies) && twice.sum >= (limits.copies_pct / 100) * packets) {
          yield findingOf(
            twice,
            'packets captured twice',
            'copies',
            (sum) =>
              `${formatNumberOf(sum, 'TCP packet')} ${sum === 1 ? 'was' : 'were'} captured twice, ${formatPercent((100 * sum) / packets)} of all`,
          );
        }
        const oneWay = connections.filter(isOneWay);
        const { length } = oneWay;
        if (length >= Math.max(1, limits.one_way) && 100 * length >= limits.one_way_pct * connections.length) {
          yield {
            subject: 'one direction',
            summary: `Of ${length} of ${connections.length} TCP connections the capture has one direction only`,
            confidence: 'high',
            evidence: oneWay
              .slice(0, 5)
              .map(({ stream, a_addr, a_packets, b_addr, b_packets }) =>
                evidence('conversation', { proto: 'tcp', stream, a_addr, a_packets, b_addr, b_packets }),
              ),
            since: oneWay[0]!.first,
          };
        }
      },
    };
  },
});

/** More than a SYN and its repetitions, with nothing back. */
const LEAST_ONE_WAY_BYTES = 1000;
const isOneWay = (row: ConversationRow): boolean => row.b_packets === 0 && row.a_bytes >= LEAST_ONE_WAY_BYTES;

interface Worst {
  readonly sum: number;
  /** The connections that have some, those with the most first. */
  readonly flows: readonly { readonly flow: Flow; readonly trouble: FlowTrouble; readonly count: number }[];
}

function worstOf(entries: readonly (readonly [Flow, FlowTrouble])[], countOf: (side: SideTrouble) => number): Worst {
  const flows = entries
    .map(([flow, trouble]) => ({ flow, trouble, count: countOf(trouble.sides[0]) + countOf(trouble.sides[1]) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count);
  return { sum: flows.reduce((sum, { count }) => sum + count, 0), flows };
}

function findingOf({ sum, flows }: Worst, subject: string, name: string, say: (sum: number) => string): Finding {
  const first = flows.reduce((least, one) => (one.trouble.packet < least.trouble.packet ? one : least));
  return {
    subject,
    summary: say(sum),
    confidence: 'high',
    evidence: flows
      .slice(0, 5)
      .map(({ flow, count }) => evidence('conversation', { proto: 'tcp', stream: flow.stream, [name]: count })),
    since: formatTimestamp(first.trouble.seconds, first.trouble.nanoseconds),
  };
}
