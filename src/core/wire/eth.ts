import { u16 } from './bytes.ts';
import { hex } from './hex.ts';
import { formatMac } from './mac-address.ts';
import type { Packet } from './packet.ts';
import type { Dissection, FieldWriter } from './protocol.ts';
import { protocol } from './protocol.ts';

// IEEE 802.3, 3.1.1: destination (6), source (6), type or length (2).
const TYPE = 12;
const HEADER = 14;

export const eth = protocol({
  name: 'eth',
  title: 'Ethernet',
  about: 'Ethernet II',
  linkTypes: [1],
  etherTypes: [0x6558],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    return dissection.typeOrLength(packet, u16(bytes, offset + TYPE));
  },
  info: (packet, layer) =>
    `Ethernet type 0x${u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + TYPE).toString(16)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Destination', formatMac(bytes, start));
    out.field('Source', formatMac(bytes, start + 6));
    if (packet.layerStart[layer + 1] === start + TYPE && layer + 1 < packet.layerCount) return; // the tag of a switch is there
    out.field('Type', hex(u16(bytes, start + TYPE), 4));
  },
});
