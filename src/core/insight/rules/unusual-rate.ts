import { formatTimestamp } from '../../capture/timestamp.ts';
import { isoTimeOf } from '../../instant.ts';
import { endpointText } from '../../net/endpoint-text.ts';
import { formatSeconds, formatSignificant } from '../../output/units.ts';
import type { ConversationRow } from '../../record/tables/conversation.ts';
import { evidence } from '../evidence.ts';
import { type InterfaceSurge, InterfaceSurges } from '../interface-surges.ts';
import { endOf, type RateLimits, RateWatch, type Surge } from '../rate-watch.ts';
import { secondsOf } from '../record-seconds.ts';
import { type Finding, rule, threshold } from '../rule.ts';

/** Mean size of packets below which so many of them are a flood rather than a transfer. */
const FLOOD_BYTES = 128;
/** Looks at an interface in which a rise must be seen: one alone may be a single burst. */
const LEAST_LOOKS = 2;

/** Looks for traffic far above what it was until then. */
export const unusualRate = rule({
  name: 'unusual_rate',
  severity: 'note',
  about: 'there is far more traffic than until then',
  explanation:
    'Adds up bytes and packets of all captured traffic by the second; live, it also takes the rates of each link, and of the interface of the default route, from look to look and each way. Each is compared with an exponentially weighted mean of those before, which forgets half in 14 seconds or looks, and with their mean distance from it. What is a multiple of the mean, many such distances above it and above a floor, for several seconds on end (of an interface, in two looks at least), is a surge; the greatest is told, for ten minutes after its end. It does not count into the baseline, unless it lasts so long that it is the usual rate. A backup, a download or a new video looks like that: it is a note. It is a warning when the packets are so small and so many that they are a flood. What an interface carried is left out where captured packets tell of the same time. Bursts that are shorter, and a rise that is slow, are not seen; a clock that is set makes the baseline of packets begin anew, and in a file, packets of a time that goes back are left out.',
  advice: 'See who talks in these seconds (stats --by conversations), and whether that was meant to happen.',
  thresholds: {
    times: threshold(10, 'How many times the baseline.'),
    deviations: threshold(6, 'How many mean distances from the baseline above it.'),
    kbytes_per_s: threshold(1000, 'Bytes in a second, in units of 1000, below which nothing is unusual.'),
    packets_per_s: threshold(5000, 'Packets in a second, which do in place of the bytes.'),
    seconds: threshold(3, 'Seconds on end.'),
    baseline_s: threshold(30, 'Seconds that make a baseline first.'),
    looks: threshold(10, 'Looks that make the baseline of an interface first.'),
    adapt_s: threshold(600, 'Seconds on end after which the new rate is the usual one.'),
  },
  open({ times, deviations, kbytes_per_s, packets_per_s, seconds, baseline_s, looks, adapt_s }, shared) {
    const limits: RateLimits = {
      ...{ times, deviations, seconds, bytes: 1000 * kbytes_per_s, packets: packets_per_s },
      ...{ samples: 1, knownSeconds: baseline_s, knownSamples: 1, adaptSeconds: adapt_s },
    };
    const traffic = new RateWatch(limits, shared);
    const interfaces = new InterfaceSurges({ ...limits, samples: LEAST_LOOKS, knownSamples: looks }, shared);
    let now = Number.NaN;
    let bytes = 0;
    let packets = 0;
    let conversations: readonly ConversationRow[] = [];
    let lookedAt = Number.NEGATIVE_INFINITY;
    const isFlood = (surge: Surge): boolean =>
      surge.packets / surge.seconds >= packets_per_s && surge.bytes / surge.packets < FLOOD_BYTES;
    const severityOf = (surge: Surge) => (isFlood(surge) ? ('warn' as const) : ('note' as const));
    return {
      packet({ seconds: second, length }) {
        if (second !== now) {
          if (second < now || Number.isNaN(second)) return;
          if (!Number.isNaN(now)) {
            traffic.take(now, 1, bytes, packets);
            if (second > now + 1) traffic.takeSilence(second - now - 1);
          }
          now = second;
          bytes = 0;
          packets = 0;
        }
        bytes += length;
        packets++;
      },
      conversation(rows) {
        conversations = rows;
      },
      iface(rows, at) {
        lookedAt = at;
        interfaces.take(rows, at);
      },
      clockJumped(by) {
        now = Number.NaN;
        bytes = 0;
        packets = 0;
        // what came after the jump, and before this is told, was compared with the wrong seconds
        traffic.beginAnew(lookedAt);
        interfaces.clockJumped(by);
        lookedAt += by;
      },
      *findings(at) {
        const captured = traffic.surgeAt(at);
        if (captured !== null) yield ofTraffic(captured, severityOf(captured), conversations);
        for (const one of interfaces.at(at)) {
          if (captured === null || !overlap(captured, one.surge)) yield ofInterface(one, severityOf(one.surge));
        }
      },
    };
  },
});

const overlap = (one: Surge, other: Surge): boolean => one.from < endOf(other) && other.from < endOf(one);

/** `8 Mbit/s and 10 packets/s`, over some seconds. */
const ratesText = ({ bytes, packets, seconds }: Surge): string =>
  `${megabits(bytes / seconds)} Mbit/s and ${formatSignificant(packets / seconds)} packets/s`;

const usualText = ({ usualBytes, usualPackets }: Surge): string =>
  `where ${megabits(usualBytes)} Mbit/s and ${formatSignificant(usualPackets)} were usual`;

const timeText = ({ seconds, isUsual }: Surge): string => `${formatSeconds(seconds)}${isUsual ? ' and longer' : ''}`;

const megabits = (bytes: number): string => formatSignificant((8 * bytes) / 1e6);

function ofTraffic(surge: Surge, severity: 'warn' | 'note', conversations: readonly ConversationRow[]): Finding {
  const { from, bytes, packets } = surge;
  const most = loudest(conversations, from, endOf(surge));
  const time = formatTimestamp(from, 0);
  return {
    subject: most === null ? 'all traffic' : endpointText(most.a_addr, most.a_port),
    severity,
    summary: `For ${timeText(surge)} there were ${ratesText(surge)}, ${usualText(surge)}`,
    confidence: 'high',
    evidence: [
      evidence('time_bucket', { time, bytes, packets }),
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
    since: time,
  };
}

function ofInterface({ row, way, surge }: InterfaceSurge, severity: 'warn' | 'note'): Finding {
  const said = way === 'rx' ? 'received' : 'sent';
  const { name } = row;
  const rate = `${way}_rate` as const;
  const packetRate = `${way}_packet_rate` as const;
  return {
    subject: `${name} ${said}`,
    severity,
    summary: `For ${timeText(surge)} ${name} ${said} ${ratesText(surge)}, ${usualText(surge)}`,
    confidence: 'high',
    evidence: [evidence('iface', { name, [rate]: row[rate], [packetRate]: row[packetRate] })],
    since: isoTimeOf(surge.from * 1000),
    advice:
      'See who talks now (netwatch conns --interval 5 --fields process,remote_addr,rx_rate,tx_rate), and whether that was meant to happen.',
  };
}

/** The conversation with the most bytes of those that lasted into these seconds and began no later than they ended. */
function loudest(rows: readonly ConversationRow[], from: number, to: number): ConversationRow | null {
  let most: ConversationRow | null = null;
  for (const row of rows) {
    if (!(secondsOf(row.first) < to) || !(secondsOf(row.last) >= from)) continue;
    if (most === null || row.bytes > most.bytes) most = row;
  }
  return most;
}
