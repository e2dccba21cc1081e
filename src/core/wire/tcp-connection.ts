import type { Dissector } from './dissector.ts';
import type { Flow } from './flow.ts';
import { type Packet, WANT_FIN } from './packet.ts';
import { protocol } from './protocol.ts';

/** The pseudo layer tshark shows before a message that lay in several segments. */
export const tcpSegments = protocol({ name: 'tcp.segments', title: 'TCP', about: 'Reassembled TCP segments' });

const LONGEST_MESSAGE = 1 << 24;

/** One direction: the message that is not whole yet. */
class Half {
  nextSeq = 0;
  started = false;
  pending: Uint8Array | null = null;
  pendingLength = 0;
  wanted = 0;
}

/** What is remembered of a TCP connection from segment to segment. */
export class TcpConnection {
  private readonly halves = [new Half(), new Half()] as const;

  /** Takes the payload of the packet's segment, and dissects the messages that it completes. */
  segment(packet: Packet, flow: Flow, dissector: Dissector): void {
    const half = this.halves[packet.direction as 0 | 1];
    const length = packet.payloadLength;
    if (length === 0) return;
    if (half.started && packet.tcpSeq !== half.nextSeq) {
      if (((packet.tcpSeq - half.nextSeq) | 0) < 0) return;
      half.pending = null;
    }
    half.started = true;
    half.nextSeq = (packet.tcpSeq + length) | 0;
    if (packet.end === packet.offset) return;
    if (half.pending !== null) {
      const size = packet.end - packet.offset;
      if (half.pendingLength + size > half.pending.length) {
        if (half.pendingLength + size > LONGEST_MESSAGE) {
          half.pending = null;
          return;
        }
        const larger = new Uint8Array(Math.max(half.pending.length * 2, half.pendingLength + size));
        larger.set(half.pending.subarray(0, half.pendingLength));
        half.pending = larger;
      }
      half.pending.set(packet.bytes.subarray(packet.offset, packet.end), half.pendingLength);
      half.pendingLength += size;
      if (half.wanted === WANT_FIN) return;
      if (half.wanted > 0) {
        half.wanted -= size;
        if (half.wanted > 0) return;
      }
      packet.bytes = half.pending;
      packet.offset = 0;
      packet.end = packet.reportedEnd = half.pendingLength;
      packet.push(tcpSegments.id);
    }
    packet.wanted = 0;
    if (!dissectSegment(packet, flow, dissector)) {
      half.pending = null;
      return;
    }
    if (packet.wanted === 0 || packet.offset >= packet.end) {
      half.pending = null;
      return;
    }
    half.wanted = packet.wanted;
    const rest = packet.bytes.slice(packet.offset, packet.end);
    half.pending = rest;
    half.pendingLength = rest.length;
  }
}

function dissectSegment(packet: Packet, flow: Flow, dissector: Dissector): boolean {
  const { tcpPorts, segmentsByContent } = dissector.registry;
  if (flow.application?.segment?.(packet, dissector)) return true;
  const low = tcpPorts[Math.min(packet.srcPort, packet.dstPort)];
  const high = tcpPorts[Math.max(packet.srcPort, packet.dstPort)];
  for (const candidate of [low, high]) {
    if (candidate?.segment?.(packet, dissector)) {
      flow.recognised = candidate;
      return true;
    }
  }
  for (const candidate of segmentsByContent) {
    if (candidate.segmentLooksLike?.(packet) && candidate.segment?.(packet, dissector)) {
      flow.application = flow.recognised = candidate;
      return true;
    }
  }
  return false;
}
