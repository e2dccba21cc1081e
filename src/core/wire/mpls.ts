import { i32 } from './bytes.ts';
import { eth } from './eth.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, type Protocol, protocol } from './protocol.ts';

// RFC 3032, 2.1: label (20 bits), traffic class (3), bottom of stack (1), TTL (8).
const ENTRY = 4;
const BOTTOM = 0x100;

/**
 * A label, which is a layer of its own; what follows the last one says by its first nibble what it is (RFC 4928, 3).
 */
export const mpls: Protocol = protocol({
  name: 'mpls',
  about: 'MultiProtocol Label Switching',
  etherTypes: [0x8847, 0x8848],
  ipProtocols: [137],
  pppProtocols: [0x281, 0x283],
  udpPorts: [6635],
  isTunnel: true,
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < ENTRY) return packet.short();
    packet.offset = offset + ENTRY;
    if ((i32(bytes, offset) & BOTTOM) === 0) return mpls.id;
    if (packet.end === packet.offset) return END;
    const nibble = bytes[packet.offset]! >> 4;
    if (nibble === 4) return ip.id;
    if (nibble === 6) return ipv6.id;
    if (nibble !== 0) return nibble === 1 ? END : eth.id;
    if (packet.end - packet.offset < ENTRY) return END;
    packet.offset += ENTRY; // the control word of a pseudowire (RFC 4385, 3)
    return eth.id;
  },
  datagram(packet: Packet, dissection: Dissection): number {
    dissection.continue(packet, mpls.id);
    return END;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < ENTRY) return;
    const entry = i32(bytes, start);
    out.field('Label', entry >>> 12);
    out.field('Traffic Class', (entry >> 9) & 7);
    out.field('Bottom of Stack', (entry & BOTTOM) !== 0);
    out.field('TTL', entry & 255);
  },
});
