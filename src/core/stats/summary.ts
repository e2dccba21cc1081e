import type { CaptureInterface } from '../capture/capture-reader.ts';
import { linkTypeName } from '../capture/link-types.ts';
import { formatTimestamp, secondsBetween } from '../capture/timestamp.ts';
import { section } from '../record/table.ts';
import { captureSummary } from '../record/tables/capture-summary.ts';
import type { Packet } from '../wire/packet.ts';
import type { OpenStatistic, StatisticsRun } from './statistic.ts';

/** Longest list that a record holds. */
const MOST_NAMES = 100;

/** The capture as a whole. */
export function openSummary(): OpenStatistic {
  let packets = 0;
  let bytes = 0;
  let captured = 0;
  let truncated = 0;
  let malformed = 0;
  let outOfOrder = 0;
  let firstSeconds = 0;
  let firstNanoseconds = 0;
  let lastSeconds = 0;
  let lastNanoseconds = 0;
  let seconds = 0;
  let nanoseconds = 0;
  const links = new Set<number>();
  let lastLink = 0;
  let timed = false;

  return {
    ingest(packet: Packet): void {
      bytes += packet.length;
      const held = packet.frameEnd - packet.frameStart;
      captured += held;
      if (held < packet.length) truncated++;
      if (packet.malformed) malformed++;
      if (packet.linkType !== lastLink || links.size === 0) {
        lastLink = packet.linkType;
        links.add(lastLink);
      }
      packets++;
      if (Number.isNaN(packet.seconds)) return;
      if (!timed) {
        timed = true;
        firstSeconds = lastSeconds = packet.seconds;
        firstNanoseconds = lastNanoseconds = packet.nanoseconds;
      } else if (packet.seconds < seconds || (packet.seconds === seconds && packet.nanoseconds < nanoseconds)) {
        outOfOrder++;
        if (
          packet.seconds < firstSeconds ||
          (packet.seconds === firstSeconds && packet.nanoseconds < firstNanoseconds)
        ) {
          firstSeconds = packet.seconds;
          firstNanoseconds = packet.nanoseconds;
        }
      } else if (
        packet.seconds > lastSeconds ||
        (packet.seconds === lastSeconds && packet.nanoseconds > lastNanoseconds)
      ) {
        lastSeconds = packet.seconds;
        lastNanoseconds = packet.nanoseconds;
      }
      seconds = packet.seconds;
      nanoseconds = packet.nanoseconds;
    },
    sections({ dissector, reader, file }: StatisticsRun) {
      const duration = secondsBetween(firstSeconds, firstNanoseconds, lastSeconds, lastNanoseconds);
      return [
        section(captureSummary, [
          {
            file,
            format: reader.format,
            packets,
            bytes,
            captured_bytes: captured,
            first: timed ? formatTimestamp(firstSeconds, firstNanoseconds) : null,
            last: timed ? formatTimestamp(lastSeconds, lastNanoseconds) : null,
            duration_s: timed ? duration : null,
            packet_rate: duration > 0 ? packets / duration : null,
            tcp_streams: dissector.flows.count(6),
            udp_streams: dissector.flows.count(17),
            sctp_streams: dissector.flows.count(132),
            link_types: [...links].flatMap((link) => (link < 0 ? [] : [linkTypeName(link)])),
            interfaces: namesOf(reader.interfaces),
            truncated_packets: truncated,
            malformed_packets: malformed,
            out_of_order_packets: outOfOrder,
          },
        ]),
      ];
    },
  };
}

function namesOf(interfaces: readonly CaptureInterface[]): string[] {
  const names: string[] = [];
  for (const { name } of interfaces) if (name !== null && names.push(name) === MOST_NAMES) break;
  return names;
}
