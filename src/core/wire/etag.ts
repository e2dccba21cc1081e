import { u16 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type Dissection, protocol } from './protocol.ts';

// IEEE 802.1BR, 12.2: priority and ingress channel (2), group and channel (2), extensions of both (2), then the type or
// length of what is tagged (2).
const TAG = 8;
const CHANNEL = 0x3fff;

/** The tag between a bridge and its port extenders. */
export const etag = protocol({
  name: 'etag',
  title: 'E-Tag',
  about: '802.1BR E-Tag',
  etherTypes: [0x893f],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < TAG) return packet.short();
    packet.offset = offset + TAG;
    return dissection.typeOrLength(packet, u16(bytes, offset + 6));
  },
  info: (packet, layer) => `E-CID ${u16(packet.layerBytes[layer]!, packet.layerStart[layer]! + 2) & CHANNEL}`,
  fields: (packet, layer, out) => {
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < TAG) return;
    out.field('E-CID', u16(packet.layerBytes[layer]!, start + 2) & CHANNEL);
  },
});
