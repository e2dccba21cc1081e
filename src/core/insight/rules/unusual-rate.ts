import { formatTimestamp } from '../../capture/timestamp.ts';
import { formatSignificant } from '../../output/units.ts';
import type { ConversationRow } from '../../record/tables/conversation.ts';
import { evidence } from '../evidence.ts';
import { rule, threshold } from '../rule.ts';
import { endpointText, secondsOf } from '../wording.ts';

/** The weight of a second in the baseline: half of it is of the last 14 seconds. */
const WEIGHT = 0.05;
/** Mean size of packets below which so many of them are a flood rather than a transfer. */
const FLOOD_BYTES = 128;

/** A stretch of seconds far above the baseline. */
interface Surge {
  from: number;
  seconds: number;
  bytes: number;
  packets: number;
  /** Of the second before it. */
  usualBytes: number;
  usualPackets: number;
}

/** Looks for traffic far above what it was until then. */
export const unusualRate = rule({
  name: 'unusual_rate',
  severity: 'note',
  about: 'there is far more traffic than until then',
  explanation:
    'Adds up bytes and packets of all traffic by the second, and compares each with an exponentially weighted mean of those before, which forgets half in 14 seconds. Seconds that are a multiple of it, and above a floor, for several seconds on end, are a surge; the greatest is told, and seconds of a surge do not count into the baseline. A backup, a download or a new video looks like that: it is a note. It is a warning when the packets are so small and so many that they are a flood. A clock that goes back, and packets without a time, are left out.',
  advice: 'See who talks in these seconds (stats --by conversations), and whether that was meant to happen.',
  thresholds: {
    times: threshold(10, 'How many times the baseline.'),
    kbytes_per_s: threshold(1000, 'Bytes in a second, in units of 1000, below which nothing is unusual.'),
    packets_per_s: threshold(5000, 'Packets in a second, which do in place of the bytes.'),
    seconds: threshold(3, 'Seconds on end.'),
    baseline_s: threshold(30, 'Seconds that make a baseline first.'),
  },
  open({ times, kbytes_per_s, packets_per_s, seconds, baseline_s }) {
    let now = Number.NaN;
    let bytes = 0;
    let packets = 0;
    let meanBytes = 0;
    let meanPackets = 0;
    let known = 0;
    let current: Surge | null = null;
    let greatest: Surge | null = null;
    let conversations: readonly ConversationRow[] = [];
    const isUnusual = (): boolean =>
      known >= baseline_s &&
      ((bytes >= 1000 * kbytes_per_s && bytes >= times * meanBytes) ||
        (packets >= packets_per_s && packets >= times * meanPackets));
    const quiet = (count: number): void => {
      const kept = (1 - WEIGHT) ** count;
      meanBytes *= kept;
      meanPackets *= kept;
      known += count;
    };
    const endSecond = (): void => {
      if (isUnusual()) {
        current ??= { from: now, seconds: 0, bytes: 0, packets: 0, usualBytes: meanBytes, usualPackets: meanPackets };
        current.seconds++;
        current.bytes += bytes;
        current.packets += packets;
        if (current.seconds >= seconds && (greatest === null || current.bytes > greatest.bytes)) greatest = current;
      } else {
        current = null;
        known++;
        // as many seconds as there are make a plain mean first
        const weight = Math.max(WEIGHT, 1 / known);
        meanBytes += weight * (bytes - meanBytes);
        meanPackets += weight * (packets - meanPackets);
      }
      bytes = 0;
      packets = 0;
    };
    return {
      packet({ seconds: second, length }) {
        if (second !== now) {
          if (second < now || Number.isNaN(second)) return;
          if (!Number.isNaN(now)) {
            endSecond();
            if (second > now + 1) {
              current = null;
              quiet(second - now - 1);
            }
          }
          now = second;
        }
        bytes += length;
        packets++;
      },
      conversation(rows) {
        conversations = rows;
      },
      *findings() {
        if (greatest === null) return;
        const { from, seconds: lasted, usualBytes, usualPackets } = greatest;
        const rate = greatest.bytes / lasted;
        const packetRate = greatest.packets / lasted;
        const isFlood = packetRate >= packets_per_s && rate / packetRate < FLOOD_BYTES;
        const most = loudest(conversations, from, from + lasted);
        yield {
          subject: most === null ? 'all traffic' : endpointText(most.a_addr, most.a_port),
          severity: isFlood ? 'warn' : 'note',
          summary: `For ${lasted} s there were ${formatSignificant((8 * rate) / 1e6)} Mbit/s and ${formatSignificant(packetRate)} packets/s, where ${formatSignificant((8 * usualBytes) / 1e6)} Mbit/s and ${formatSignificant(usualPackets)} were usual`,
          confidence: 'high',
          evidence: [
            evidence('time_bucket', {
              time: formatTimestamp(from, 0),
              bytes: greatest.bytes,
              packets: greatest.packets,
            }),
            ...(most === null
              ? []
              : [
                  evidence('conversation', {
                    proto: most.proto,
                    stream: most.stream,
                    a_addr: most.a_addr,
                    b_addr: most.b_addr,
                    bytes: most.bytes,
                  }),
                ]),
          ],
          since: formatTimestamp(from, 0),
        };
      },
    };
  },
});

/** The conversation with the most bytes of those that lasted into these seconds and began no later than they ended. */
function loudest(rows: readonly ConversationRow[], from: number, to: number): ConversationRow | null {
  let most: ConversationRow | null = null;
  for (const row of rows) {
    if (!(secondsOf(row.first) < to) || !(secondsOf(row.last) >= from)) continue;
    if (most === null || row.bytes > most.bytes) most = row;
  }
  return most;
}
