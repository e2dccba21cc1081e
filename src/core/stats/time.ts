import { formatTimestamp } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { type TimeBucketRow, timeBucket } from '../record/tables/time-bucket.ts';
import type { Packet } from '../wire/packet.ts';
import type { Loss, OpenStatistic, StatisticOptions } from './statistic.ts';
import { rowsBetween, TimeBuckets } from './time-buckets.ts';

const TOO_MANY = 'their times are too far apart, or in too many places; --bucket makes rows wider';
const LONG = 'nothing was captured in them for long, or a clock leapt';

/** Packets by when they were captured. Rows begin with the earliest packet; the first in the file sets their grid. */
export function openTime({ bucketMs }: StatisticOptions): OpenStatistic {
  const buckets = new TimeBuckets();
  const isWhole = Number.isInteger(bucketMs);
  let isStarted = false;
  let startSeconds = 0;
  let startNanoseconds = 0;
  let late = 0;
  let empty = 0;
  return {
    ingest(packet: Packet): void {
      if (Number.isNaN(packet.seconds)) return;
      if (!isStarted) {
        isStarted = true;
        startSeconds = packet.seconds;
        startNanoseconds = packet.nanoseconds;
      }
      const millis = (packet.seconds - startSeconds) * 1000;
      const parts = (packet.nanoseconds - startNanoseconds) / 1e6;
      // whole milliseconds are exact however far apart, fractions of them are not
      const bucket = Math.floor((millis + (isWhole ? Math.floor(parts) : parts)) / bucketMs);
      if (!buckets.add(bucket, packet.length, packet.transport)) late++;
    },
    sections() {
      const plan = rowsBetween(buckets);
      empty = plan.leftOut;
      const span = bucketMs / 1000;
      const first = plan.first * bucketMs;
      function* rows(): Iterable<TimeBucketRow> {
        for (const { bucket, packets, bytes, tcp, udp } of plan.rows()) {
          const millis = bucket * bucketMs;
          const seconds = Math.floor(millis / 1000);
          const nanoseconds = startNanoseconds + Math.round((millis - seconds * 1000) * 1e6);
          yield {
            time: formatTimestamp(startSeconds + seconds + (nanoseconds >= 1e9 ? 1 : 0), nanoseconds % 1e9),
            rel_s: (millis - first) / 1000,
            span_s: span,
            packets,
            bytes,
            packet_rate: packets / span,
            byte_rate: bytes / span,
            tcp_packets: tcp,
            udp_packets: udp,
          };
        }
      }
      return [section(timeBucket, rows())];
    },
    losses: () =>
      [
        { what: 'packet', count: late, fate: 'left out of --by time', reason: TOO_MANY },
        { what: 'empty time_bucket record', count: empty, fate: 'left out', reason: LONG },
      ].filter(({ count }): boolean => count > 0) satisfies readonly Loss[],
  };
}
