import { u16 } from './bytes.ts';
import { hex } from './hex.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 1547, 4.3.1: address (1), control (1), protocol (2), which is a type of Ethernet.
const HEADER = 4;

export const chdlc = protocol({
  name: 'chdlc',
  title: 'CHDLC',
  about: 'Cisco HDLC',
  linkTypes: [104],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    return dissection.registry.etherTypes[u16(bytes, offset + 2)]!;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Address', hex(bytes[start]!, 2));
    out.field('Protocol', hex(u16(bytes, start + 2), 4));
  },
});
