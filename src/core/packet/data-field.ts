import { icmp } from '../wire/icmp.ts';
import { icmpv6 } from '../wire/icmpv6.ts';
import { ip } from '../wire/ip.ts';
import { ipv6 } from '../wire/ipv6.ts';
import type { Packet } from '../wire/packet.ts';
import { topLayer } from '../wire/packet-text.ts';
import { tcp } from '../wire/tcp.ts';
import { KEEP_ALIVE, OUT_OF_ORDER, RETRANSMISSION, SPURIOUS_RETRANSMISSION } from '../wire/tcp-analysis.ts';
import { udp, udplite } from '../wire/udp.ts';
import { ABSENT } from './display-field.ts';

// RFC 792, RFC 4443: the header of an echo, behind which its data are.
const ECHO_HEADER = 8;
const ICMP_ECHO = [0, 8];
const ICMPV6_ECHO = [128, 129];
const IPV6_HEADER = 40;
/** Segments that are not handed to an application. */
const NOT_READ = RETRANSMISSION | SPURIOUS_RETRANSMISSION | OUT_OF_ORDER | KEEP_ALIVE;

/** 1 where the innermost header holds bytes that no protocol claims, as Wireshark's `data`; ABSENT otherwise. */
export function data(packet: Packet): number {
  const top = topLayer(packet);
  if (packet.malformed) return ABSENT;
  if (top < 0) return packet.frameEnd > packet.frameStart ? 1 : ABSENT; // a link that nobody reads
  return hasData(packet, top) ? 1 : ABSENT;
}

function hasData(packet: Packet, top: number): boolean {
  const bytes = packet.layerBytes[top]!;
  const start = packet.layerStart[top]!;
  const end = packet.layerEnd[top]!;
  switch (packet.layerProtocol[top]) {
    case tcp.id:
      return packet.payloadEnd > packet.payloadStart && !isClaimed(packet);
    case udp.id:
    case udplite.id:
      return packet.payloadEnd > packet.payloadStart;
    case icmp.id:
      return end - start > ECHO_HEADER && ICMP_ECHO.includes(bytes[start]!);
    case icmpv6.id:
      return end - start > ECHO_HEADER && ICMPV6_ECHO.includes(bytes[start]!);
    case ip.id:
      return end - start > (bytes[start]! & 15) << 2;
    case ipv6.id:
      return end - start > IPV6_HEADER;
    default:
      return false;
  }
}

/** Whether the payload of the segment is known to be of an application, waits for the rest of a message, or came before. */
function isClaimed({ flow, direction, tcpAnalysis }: Packet): boolean {
  if ((tcpAnalysis & NOT_READ) !== 0 || flow === null || flow.application !== null) return true;
  const side = direction === 0 ? flow.tcp?.a : flow.tcp?.b;
  return side?.pending.some(({ done }) => !done) === true;
}
