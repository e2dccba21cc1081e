import { section } from '../record/table.ts';
import { type PacketLengthsRow, packetLengths } from '../record/tables/packet-lengths.ts';
import type { Packet } from '../wire/packet.ts';
import { share } from './share.ts';
import type { OpenStatistic } from './statistic.ts';

/** Least lengths of the ranges, as `tshark -z plen,tree` has them. */
const FROM = [0, 20, 40, 80, 160, 320, 640, 1280, 2560, 5120];

export function openPacketLengths(): OpenStatistic {
  const packets = new Float64Array(FROM.length);
  const bytes = new Float64Array(FROM.length);
  const shortest = new Float64Array(FROM.length).fill(Number.POSITIVE_INFINITY);
  const longest = new Float64Array(FROM.length);
  let all = 0;
  return {
    ingest({ length }: Packet): void {
      let range = FROM.length - 1;
      while (length < FROM[range]!) range--;
      all++;
      packets[range]!++;
      bytes[range]! += length;
      if (length < shortest[range]!) shortest[range] = length;
      if (length > longest[range]!) longest[range] = length;
    },
    sections() {
      const rows = FROM.map((from, range): PacketLengthsRow => {
        const to = range + 1 < FROM.length ? FROM[range + 1]! - 1 : null;
        const count = packets[range]!;
        return {
          range: to === null ? `${from}-` : `${from}-${to}`,
          from_bytes: from,
          to_bytes: to,
          packets: count,
          packets_pct: share(count, all),
          bytes: bytes[range]!,
          avg_bytes: count === 0 ? null : Math.round((100 * bytes[range]!) / count) / 100,
          min_bytes: count === 0 ? null : shortest[range]!,
          max_bytes: count === 0 ? null : longest[range]!,
        };
      });
      return [section(packetLengths, rows)];
    },
  };
}
