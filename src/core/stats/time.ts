import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type TimeBucketRow, timeBucket } from '../record/tables/time-bucket.ts';
import type { Packet } from '../wire/packet.ts';
import type { OpenStatistic, StatisticOptions } from './statistic.ts';

/** Spans kept; packets past the last one, and those before the first, count in the nearest. */
const MOST_BUCKETS = 1_000_000;
const TOO_LATE = 'they come after a million others; --bucket makes them wider';
const COLUMNS = 4; // packets, bytes, TCP packets, UDP packets

export function openTime({ bucketMs }: StatisticOptions): OpenStatistic {
  let counts = new Float64Array(256 * COLUMNS);
  let buckets = 0;
  let startSeconds = 0;
  let startNanoseconds = 0;
  let late = 0;
  return {
    ingest(packet: Packet): void {
      if (Number.isNaN(packet.seconds)) return;
      if (buckets === 0) {
        startSeconds = packet.seconds;
        startNanoseconds = packet.nanoseconds;
      }
      const millis = (packet.seconds - startSeconds) * 1000 + (packet.nanoseconds - startNanoseconds) / 1e6;
      const exact = Math.floor(millis / bucketMs);
      if (exact >= MOST_BUCKETS) late++;
      const bucket = Math.max(0, Math.min(MOST_BUCKETS - 1, exact));
      if (bucket >= buckets) {
        buckets = bucket + 1;
        if (buckets * COLUMNS > counts.length) {
          const larger = new Float64Array(Math.max(counts.length * 2, buckets * COLUMNS));
          larger.set(counts);
          counts = larger;
        }
      }
      const at = bucket * COLUMNS;
      counts[at]!++;
      counts[at + 1]! += packet.length;
      if (packet.transport === 6) counts[at + 2]!++;
      else if (packet.transport === 17) counts[at + 3]!++;
    },
    sections() {
      const span = bucketMs / 1000;
      function* rows(): Iterable<TimeBucketRow> {
        for (let bucket = 0; bucket < buckets; bucket++) {
          const at = bucket * COLUMNS;
          const millis = bucket * bucketMs;
          const nanoseconds = startNanoseconds + Math.round((millis % 1000) * 1e6);
          yield {
            time: formatTimestamp(
              startSeconds + Math.floor(millis / 1000) + (nanoseconds >= 1e9 ? 1 : 0),
              nanoseconds % 1e9,
            ),
            rel_s: millis / 1000,
            span_s: span,
            packets: counts[at]!,
            bytes: counts[at + 1]!,
            packet_rate: counts[at]! / span,
            byte_rate: counts[at + 1]! / span,
            tcp_packets: counts[at + 2]!,
            udp_packets: counts[at + 3]!,
          };
        }
      }
      return [section(timeBucket, rows())];
    },
    losses: () =>
      late === 0 ? [] : [{ what: 'packet', count: late, fate: 'counted in the last bucket', reason: TOO_LATE }],
  };
}
