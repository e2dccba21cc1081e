import { u16, u24 } from './bytes.ts';
import { END, NOT_MINE } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, protocol } from './protocol.ts';

// RFC 8926, 3.4: version and length of the options in words (1), flags (1), type (2), network (3), reserved (1).
const HEADER = 8;

export const geneve = protocol({
  name: 'geneve',
  title: 'Geneve',
  about: 'Generic Network Virtualization Encapsulation',
  udpPorts: [6081],
  isTunnel: true,
  datagram(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER || bytes[offset]! >> 6 !== 0) return NOT_MINE;
    packet.push(geneve.id);
    packet.offset = offset + HEADER + ((bytes[offset]! & 0x3f) << 2);
    if (packet.offset > packet.end) return packet.short();
    return packet.offset === packet.end ? END : dissection.registry.etherTypes[u16(bytes, offset + 2)]!;
  },
  info: (packet, layer) => `VNI ${u24(packet.layerBytes[layer]!, packet.layerStart[layer]! + 4)}`,
});
