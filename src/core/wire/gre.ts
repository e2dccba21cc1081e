import { u16 } from './bytes.ts';
import { erspan } from './erspan.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { ppp } from './ppp.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// RFC 2784, 2 and RFC 2890, 2: flags and version (2), protocol (2), then what the flags say; RFC 2637, 4.1 for version 1.
const HEADER = 4;
const CHECKSUM = 0x8000;
const ROUTING = 0x4000;
const KEY = 0x2000;
const SEQUENCE = 0x1000;
const ACKNOWLEDGEMENT = 0x0080;
const PPP = 0x880b;
const ERSPAN_1_2 = 0x88be;
const ERSPAN_3 = 0x22eb;

export const gre = protocol({
  name: 'gre',
  about: 'Generic Routing Encapsulation',
  ipProtocols: [47],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const flags = u16(bytes, offset);
    const type = u16(bytes, offset + 2);
    let header = HEADER;
    if ((flags & (CHECKSUM | ROUTING)) !== 0) header += 4;
    if ((flags & KEY) !== 0) header += 4;
    if ((flags & SEQUENCE) !== 0) header += 4;
    if ((flags & 7) === 1 && (flags & ACKNOWLEDGEMENT) !== 0) header += 4;
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    if ((flags & ROUTING) !== 0 || packet.end === packet.offset) return END;
    if (type === ERSPAN_1_2 || type === ERSPAN_3) return erspan.id;
    return type === PPP ? ppp.id : dissection.registry.etherTypes[type]!;
  },
  info: (packet, layer) => `Encapsulated 0x${typeOf(packet, layer)}`,
  fields: (packet: Packet, layer: number, out: FieldWriter) => out.field('Protocol Type', `0x${typeOf(packet, layer)}`),
});

function typeOf(packet: Packet, layer: number): string {
  return u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 2)
    .toString(16)
    .padStart(4, '0');
}
