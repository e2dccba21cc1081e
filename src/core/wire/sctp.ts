import { u16 } from './bytes.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 9260, 3: ports (2, 2), verification tag (4), checksum (4); chunks of type (1), flags (1), length (2).
const HEADER = 12;
const SCTP = 132;
const MOST_CHUNKS = 32;
const CHUNKS: Readonly<Record<number, string>> = {
  0: 'DATA',
  1: 'INIT',
  2: 'INIT_ACK',
  3: 'SACK',
  4: 'HEARTBEAT',
  5: 'HEARTBEAT_ACK',
  6: 'ABORT',
  7: 'SHUTDOWN',
  8: 'SHUTDOWN_ACK',
  9: 'ERROR',
  10: 'COOKIE_ECHO',
  11: 'COOKIE_ACK',
  14: 'SHUTDOWN_COMPLETE',
};

export const sctp = protocol({
  name: 'sctp',
  about: 'Stream Control Transmission Protocol',
  ipProtocols: [SCTP],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    if (packet.quoted) return END;
    dissection.countFlow(packet);
    packet.transport = SCTP;
    packet.srcPort = u16(bytes, offset);
    packet.dstPort = u16(bytes, offset + 2);
    if (!dissection.headersAlone) packet.flow = dissection.flows.of(packet, SCTP, packet.srcPort, packet.dstPort);
    packet.payloadBytes = bytes;
    packet.payloadStart = packet.offset;
    packet.payloadEnd = packet.end;
    packet.payloadLength = packet.reportedEnd - packet.offset;
    return END;
  },
  info: (packet, layer) => chunksOf(packet, layer).join(' ') || 'SCTP',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Source port', u16(bytes, start));
    out.field('Destination port', u16(bytes, start + 2));
    for (const chunk of chunksOf(packet, layer)) out.field('Chunk', chunk);
  },
});

function chunksOf(packet: Packet, layer: number): string[] {
  const bytes = packet.layerBytes[layer]!;
  const end = packet.layerEnd[layer]!;
  const names: string[] = [];
  let at = packet.layerStart[layer]! + HEADER;
  while (at + 4 <= end && names.length < MOST_CHUNKS) {
    const length = u16(bytes, at + 2);
    if (length < 4) break;
    names.push(CHUNKS[bytes[at]!] ?? `chunk ${bytes[at]!}`);
    at += (length + 3) & ~3;
  }
  return names;
}
