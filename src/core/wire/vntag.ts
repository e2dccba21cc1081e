import { u16 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// Cisco's VN-Tag, which IEEE 802.1BR grew from: direction, pointer and destination (2), looped, version and source (2),
// then the type or length of what is tagged (2).
const TAG = 6;
const INTERFACE = 0x3fff;
const SOURCE_INTERFACE = 0x0fff;

export const vntag = protocol({
  name: 'vntag',
  title: 'VN-Tag',
  about: 'VN-Tag of a virtual interface',
  etherTypes: [0x8926],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < TAG) return packet.short();
    packet.offset = offset + TAG;
    return dissection.typeOrLength(packet, u16(bytes, offset + 4));
  },
  info(packet: Packet, layer: number): string {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    return `Interface ${u16(bytes, start + 2) & SOURCE_INTERFACE} to ${u16(bytes, start) & INTERFACE}`;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < TAG) return;
    out.field('Destination interface', u16(bytes, start) & INTERFACE);
    out.field('Source interface', u16(bytes, start + 2) & SOURCE_INTERFACE);
  },
});
