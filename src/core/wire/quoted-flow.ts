import { i32 } from './bytes.ts';
import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';
import type { Dissection } from './protocol.ts';

// RFC 791, 3.1; RFC 8200, 3: where the addresses are.
const IPV4_SOURCE = 12;
const IPV6_SOURCE = 8;

/**
 * The flow of the packet that an ICMP error quotes, where one is known. Its last two layers are the quoted network and
 * transport headers. The packet keeps the addresses it was sent with.
 */
export function quotedFlow(
  packet: Packet,
  dissection: Dissection,
  transport: number,
  srcPort: number,
  dstPort: number,
): Flow | null {
  const layer = packet.layerCount - 2;
  if (layer < 0) return null;
  const bytes = packet.layerBytes[layer]!;
  const start = packet.layerStart[layer]!;
  const is4 = bytes[start]! >> 4 === 4;
  const { ipVersion, direction, src0, src1, src2, src3, dst0, dst1, dst2, dst3 } = packet;
  const source = start + (is4 ? IPV4_SOURCE : IPV6_SOURCE);
  const word = (index: number): number => (is4 && index % 4 !== 0 ? 0 : i32(bytes, source + (is4 ? index : index * 4)));
  packet.ipVersion = is4 ? 4 : 6;
  setAddresses(packet, word(0), word(1), word(2), word(3), word(4), word(5), word(6), word(7));
  const flow = dissection.flows.find(packet, transport, srcPort, dstPort);
  packet.ipVersion = ipVersion;
  packet.direction = direction;
  setAddresses(packet, src0, src1, src2, src3, dst0, dst1, dst2, dst3);
  return flow;
}

function setAddresses(
  packet: Packet,
  src0: number,
  src1: number,
  src2: number,
  src3: number,
  dst0: number,
  dst1: number,
  dst2: number,
  dst3: number,
): void {
  packet.src0 = src0;
  packet.src1 = src1;
  packet.src2 = src2;
  packet.src3 = src3;
  packet.dst0 = dst0;
  packet.dst1 = dst1;
  packet.dst2 = dst2;
  packet.dst3 = dst3;
}
