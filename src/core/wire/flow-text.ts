import { formatIpv4, formatIpv6 } from '../net/ip-address.ts';
import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';

const scratch = new Uint8Array(16);
const words = new DataView(scratch.buffer);

/** Canonical text of an address held in words, as packets and flows hold theirs; null when there is none. */
function formatWords(ipVersion: number, w0: number, w1: number, w2: number, w3: number): string | null {
  if (ipVersion === 4) return formatIpv4(w0);
  if (ipVersion !== 6) return null;
  words.setInt32(0, w0);
  words.setInt32(4, w1);
  words.setInt32(8, w2);
  words.setInt32(12, w3);
  return formatIpv6(scratch);
}

/** Address of the side that sent first. */
export function addressA(flow: Flow): string {
  return formatWords(flow.ipVersion, flow.a0, flow.a1, flow.a2, flow.a3) ?? '';
}

export function addressB(flow: Flow): string {
  return formatWords(flow.ipVersion, flow.b0, flow.b1, flow.b2, flow.b3) ?? '';
}

/** Source address of the packet's innermost IP header that is not quoted; null without one. */
export function sourceOf(packet: Packet): string | null {
  return formatWords(packet.ipVersion, packet.src0, packet.src1, packet.src2, packet.src3);
}

export function destinationOf(packet: Packet): string | null {
  return formatWords(packet.ipVersion, packet.dst0, packet.dst1, packet.dst2, packet.dst3);
}

/** `tcp`, `udp`, `sctp` for a flow's transport. */
export function transportName(transport: number): 'tcp' | 'udp' | 'sctp' {
  return transport === 6 ? 'tcp' : transport === 17 ? 'udp' : 'sctp';
}

/** Whether the packet's ports go with its addresses: not when a tunnel with ports carries a packet without, such as ICMP. */
export function isOfFlow({ flow, direction, src0, src1, src2, src3, dst0, dst1, dst2, dst3 }: Packet): boolean {
  if (flow === null) return false;
  const { a0, a1, a2, a3, b0, b1, b2, b3 } = flow;
  return direction === 0
    ? src0 === a0 &&
        src1 === a1 &&
        src2 === a2 &&
        src3 === a3 &&
        dst0 === b0 &&
        dst1 === b1 &&
        dst2 === b2 &&
        dst3 === b3
    : src0 === b0 &&
        src1 === b1 &&
        src2 === b2 &&
        src3 === b3 &&
        dst0 === a0 &&
        dst1 === a1 &&
        dst2 === a2 &&
        dst3 === a3;
}
