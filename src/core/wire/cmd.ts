import { u16 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// draft-smith-kandula-sxp, 6: version (1), length in words (1), option (2), security group (2), type of Ethernet (2).
const HEADER = 8;
const GROUP = 4;

/** The tag of a security group in front of what an Ethernet frame carries. */
export const cmd = protocol({
  name: 'cmd',
  title: 'CMD',
  about: 'Cisco MetaData',
  etherTypes: [0x8909],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    return dissection.typeOrLength(packet, u16(bytes, offset + HEADER - 2));
  },
  info: (packet, layer) => `Security group ${groupOf(packet, layer)}`,
  fields: (packet: Packet, layer: number, out: FieldWriter) => out.field('Security group', groupOf(packet, layer)),
});

function groupOf(packet: Packet, layer: number): number {
  const at = packet.layerStart[layer]! + GROUP;
  return at + 2 <= packet.layerEnd[layer]! ? u16(packet.layerBytes[layer]!, at) : 0;
}
