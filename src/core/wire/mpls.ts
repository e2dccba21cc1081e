import { i32 } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import type { Packet } from './packet.ts';
import { END, type FieldWriter, protocol } from './protocol.ts';

// RFC 3032, 2.1: label (20 bits), traffic class (3), bottom of stack (1), TTL (8).
const ENTRY = 4;
const BOTTOM = 0x100;
const MOST_LABELS = 16;

/** A stack of labels; what follows says by its first nibble what it is (RFC 4928, 3). */
export const mpls = protocol({
  name: 'mpls',
  about: 'MultiProtocol Label Switching',
  etherTypes: [0x8847, 0x8848],
  ipProtocols: [137],
  pppProtocols: [0x281, 0x283],
  udpPorts: [6635],
  isTunnel: true,
  dissect(packet: Packet): number {
    const { bytes } = packet;
    for (let labels = 0; ; labels++) {
      if (packet.end - packet.offset < ENTRY) return packet.short();
      if (labels === MOST_LABELS) return packet.broken();
      const entry = i32(bytes, packet.offset);
      packet.offset += ENTRY;
      if ((entry & BOTTOM) !== 0) break;
    }
    if (packet.end === packet.offset) return END;
    const nibble = bytes[packet.offset]! >> 4;
    if (nibble === 4) return ip.id;
    if (nibble === 6) return ipv6.id;
    if (nibble !== 0) return nibble === 1 ? END : eth.id;
    if (packet.end - packet.offset < ENTRY) return END;
    packet.offset += ENTRY; // the control word of a pseudowire (RFC 4385, 3)
    return eth.id;
  },
  datagram(packet: Packet, dissector: Dissector): number {
    dissector.continue(packet, mpls.id);
    return END;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const end = packet.layerEnd[layer]!;
    for (let at = packet.layerStart[layer]!, labels = 0; at + ENTRY <= end && labels < MOST_LABELS; labels++) {
      const entry = i32(bytes, at);
      out.field('Label', `${entry >>> 12}, class ${(entry >> 9) & 7}, TTL ${entry & 255}`);
      if ((entry & BOTTOM) !== 0) return;
      at += ENTRY;
    }
  },
});
