import { i32, u16 } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import type { Packet } from './packet.ts';
import { END, type FieldWriter, protocol } from './protocol.ts';
import { TcpConnection } from './tcp-connection.ts';

// RFC 9293, 3.1.
const MINIMUM = 20;
const TCP = 6;
export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export const tcp = protocol({
  name: 'tcp',
  about: 'Transmission Control Protocol',
  ipProtocols: [TCP],
  dissect(packet: Packet, dissector: Dissector): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < MINIMUM) return packet.short();
    const header = (bytes[offset + 12]! >> 4) << 2;
    if (header < MINIMUM) return packet.broken();
    if (packet.quoted) return END;
    const srcPort = u16(bytes, offset);
    const dstPort = u16(bytes, offset + 2);
    packet.transport = TCP;
    packet.srcPort = srcPort;
    packet.dstPort = dstPort;
    packet.tcpSeq = i32(bytes, offset + 4);
    packet.tcpAck = i32(bytes, offset + 8);
    packet.tcpFlags = u16(bytes, offset + 12) & 0xfff;
    packet.tcpWindow = u16(bytes, offset + 14);
    packet.flow = dissector.flows.of(packet, TCP, srcPort, dstPort);
    packet.offset = offset + header;
    if (packet.offset > packet.end) return packet.short();
    packet.payloadBytes = bytes;
    packet.payloadStart = packet.offset;
    packet.payloadEnd = packet.end;
    packet.payloadLength = packet.reportedEnd - packet.offset;
    packet.flow.tcp ??= new TcpConnection();
    packet.flow.tcp.segment(packet, packet.flow, dissector);
    return END;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Source Port', u16(bytes, start));
    out.field('Destination Port', u16(bytes, start + 2));
  },
});
