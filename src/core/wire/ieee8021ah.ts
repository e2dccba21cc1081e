import { u24 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type Dissection, protocol } from './protocol.ts';

// IEEE 802.1Q, 9.7: flags and service (4), customer destination and source (6, 6), type (2).
const TAG = 18;

/** Provider backbone bridging: a customer's frame behind a service tag. */
export const ieee8021ah = protocol({
  name: 'ieee8021ah',
  title: '802.1ah',
  about: 'IEEE 802.1ah backbone service tag',
  etherTypes: [0x88e7],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < TAG) return packet.short();
    packet.offset = offset + TAG;
    return dissection.typeOrLength(packet, (bytes[offset + 16]! << 8) | bytes[offset + 17]!);
  },
  info: (packet, layer) => `I-SID ${u24(packet.layerBytes[layer]!, packet.layerStart[layer]! + 1)}`,
});
