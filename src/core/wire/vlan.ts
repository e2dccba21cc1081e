import { u16 } from './bytes.ts';
import { hex } from './hex.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, type ProtocolDefinition, protocol } from './protocol.ts';

// IEEE 802.1Q, 9.6: priority, drop eligible and VLAN (2), then the type or length of what is tagged (2).
const TAG = 4;

const tagged = {
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < TAG) return packet.short();
    packet.offset = offset + TAG;
    return dissection.typeOrLength(packet, u16(bytes, offset + 2));
  },
  info: (packet, layer) => `VLAN ${idOf(packet, layer)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < TAG) return;
    out.field('Priority', bytes[start]! >> 5);
    out.field('Drop eligible', (bytes[start]! & 0x10) !== 0);
    out.field('ID', idOf(packet, layer));
    out.field('Type', hex(u16(bytes, start + 2), 4));
  },
} satisfies Partial<ProtocolDefinition>;

function idOf(packet: Packet, layer: number): number {
  return u16(packet.layerBytes[layer]!, packet.layerStart[layer]!) & 0xfff;
}

export const vlan = protocol({
  name: 'vlan',
  title: 'VLAN',
  about: '802.1Q Virtual LAN',
  etherTypes: [0x8100, 0x9100, 0x9200],
  ...tagged,
});

export const ieee8021ad = protocol({
  name: 'ieee8021ad',
  title: '802.1ad',
  about: 'IEEE 802.1ad provider bridge tag',
  etherTypes: [0x88a8],
  ...tagged,
});
