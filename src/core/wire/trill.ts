import { u16 } from './bytes.ts';
import { eth } from './eth.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// RFC 6325, 3: version, flags, length of the options in words and hops (2), egress (2), ingress (2).
const HEADER = 6;

export const trill = protocol({
  name: 'trill',
  about: 'Transparent Interconnection of Lots of Links',
  etherTypes: [0x22f3],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    const header = HEADER + (((u16(bytes, offset) >> 6) & 0x1f) << 2);
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    return eth.id;
  },
  info: (packet, layer) => `Ingress ${nicknameOf(packet, layer, 4)}, egress ${nicknameOf(packet, layer, 2)}`,
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    if (packet.layerEnd[layer]! - packet.layerStart[layer]! < HEADER) return;
    out.field('Ingress RBridge', nicknameOf(packet, layer, 4));
    out.field('Egress RBridge', nicknameOf(packet, layer, 2));
  },
});

function nicknameOf(packet: Packet, layer: number, place: number): number {
  return u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + place);
}
