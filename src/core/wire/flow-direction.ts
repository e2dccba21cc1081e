import type { Flow } from './flow.ts';
import type { Packet } from './packet.ts';

/** Sets `packet.direction` of a packet of the flow; false, and nothing set, for one that is not of it. */
export function setDirection(flow: Flow, packet: Packet, transport: number, srcPort: number, dstPort: number): boolean {
  if (flow.transport !== transport || flow.ipVersion !== packet.ipVersion) return false;
  if (
    flow.aPort === srcPort &&
    flow.bPort === dstPort &&
    flow.a0 === packet.src0 &&
    flow.b0 === packet.dst0 &&
    flow.a1 === packet.src1 &&
    flow.b1 === packet.dst1 &&
    flow.a2 === packet.src2 &&
    flow.b2 === packet.dst2 &&
    flow.a3 === packet.src3 &&
    flow.b3 === packet.dst3
  ) {
    packet.direction = 0;
    return true;
  }
  if (
    flow.aPort === dstPort &&
    flow.bPort === srcPort &&
    flow.a0 === packet.dst0 &&
    flow.b0 === packet.src0 &&
    flow.a1 === packet.dst1 &&
    flow.b1 === packet.src1 &&
    flow.a2 === packet.dst2 &&
    flow.b2 === packet.src2 &&
    flow.a3 === packet.dst3 &&
    flow.b3 === packet.src3
  ) {
    packet.direction = 1;
    return true;
  }
  return false;
}
