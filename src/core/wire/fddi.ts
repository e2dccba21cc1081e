import { formatMac } from './mac-address.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// ISO 9314-2: frame control (1), destination (6), source (6); 0101xxxx is a frame with an 802.2 header.
const HEADER = 13;
const KIND = 0xf0;
const LLC_FRAME = 0x50;

export const fddi = protocol({
  name: 'fddi',
  about: 'Fiber Distributed Data Interface',
  linkTypes: [10],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    return (bytes[offset]! & KIND) === LLC_FRAME ? dissection.llc : END;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Destination', formatMac(bytes, start + 1));
    out.field('Source', formatMac(bytes, start + 7));
  },
});
