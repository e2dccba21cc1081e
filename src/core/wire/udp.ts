import { u16 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';
import { quotedFlow } from './quoted-flow.ts';

// RFC 768.
const HEADER = 8;
const UDP = 17;

export const udp = protocol({
  name: 'udp',
  about: 'User Datagram Protocol',
  ipProtocols: [UDP],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const length = u16(bytes, offset + 4);
    if (length >= HEADER) packet.endAfter(length);
    else if (length !== 0) return packet.broken(); // 0: a jumbogram (RFC 2675, 4)
    return carry(packet, dissection);
  },
  info: (packet, layer) => {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const length = u16(bytes, start + 4) || packet.layerEnd[layer]! - start;
    return `${u16(bytes, start)} → ${u16(bytes, start + 2)} Len=${length - HEADER}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Source Port', u16(bytes, start));
    out.field('Destination Port', u16(bytes, start + 2));
    out.field('Length', u16(bytes, start + 4));
  },
});

/**
 * RFC 3828, 3.1: where UDP has its length, how much the checksum covers, 0 for all. It shares the ports of UDP, and its flows
 * count as such.
 */
export const udplite = protocol({
  name: 'udplite',
  title: 'UDP-Lite',
  about: 'Lightweight User Datagram Protocol',
  ipProtocols: [136],
  dissect: (packet: Packet, dissection: Dissection) =>
    packet.end - packet.offset < HEADER ? packet.short() : carry(packet, dissection),
  info: (packet, layer) => {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    return `${u16(bytes, start)} → ${u16(bytes, start + 2)} Len=${packet.payloadLength}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Source Port', u16(bytes, start));
    out.field('Destination Port', u16(bytes, start + 2));
    out.field('Checksum coverage', u16(bytes, start + 4));
  },
});

/** Notes the flow of the header at `packet.offset`, and goes on with what it carries, which ends where the packet does. */
function carry(packet: Packet, dissection: Dissection): number {
  const { bytes, offset } = packet;
  const srcPort = u16(bytes, offset);
  const dstPort = u16(bytes, offset + 2);
  packet.offset = offset + HEADER;
  dissection.countFlow(packet);
  if (packet.quoted) {
    packet.flow = null;
    const quoted = dissection.applications ? quotedFlow(packet, dissection, UDP, srcPort, dstPort) : null;
    const known = quoted?.application ?? null;
    if (known !== null && packet.end > packet.offset) {
      packet.push(known.id); // what it says counted where it was sent
      return END;
    }
  } else {
    packet.transport = UDP;
    packet.srcPort = srcPort;
    packet.dstPort = dstPort;
    if (!dissection.headersAlone) packet.flow = dissection.flows.of(packet, UDP, srcPort, dstPort);
    packet.payloadBytes = bytes;
    packet.payloadStart = packet.offset;
    packet.payloadEnd = packet.end;
    packet.payloadLength = packet.reportedEnd - packet.offset;
  }
  if (packet.end === packet.offset) return END;
  return dissection.datagram(packet, dissection.registry.udpPorts, srcPort, dstPort);
}
