import { u16 } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import { formatMac } from './mac-address.ts';
import type { Packet } from './packet.ts';
import type { FieldWriter } from './protocol.ts';
import { protocol } from './protocol.ts';

// IEEE 802.3, 3.1.1: destination (6), source (6), type or length (2).
const HEADER = 14;
/** Smaller values of the last field are a length (IEEE 802.3, 3.2.6). */
const FIRST_TYPE = 0x600;

export const eth = protocol({
  name: 'eth',
  title: 'Ethernet',
  about: 'Ethernet II',
  linkTypes: [1],
  dissect(packet: Packet, dissector: Dissector): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const type = u16(bytes, offset + 12);
    packet.offset = offset + HEADER;
    if (type >= FIRST_TYPE) return dissector.registry.etherTypes[type]!;
    packet.limit(type);
    return dissector.registry.byName.get('llc')?.id ?? 0;
  },
  info: (packet, layer) =>
    `Ethernet type 0x${u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 12).toString(16)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Destination', formatMac(bytes, start));
    out.field('Source', formatMac(bytes, start + 6));
    out.field(
      'Type',
      `0x${u16(bytes, start + 12)
        .toString(16)
        .padStart(4, '0')}`,
    );
  },
});
