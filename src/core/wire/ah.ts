import { u32 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type Dissection, protocol } from './protocol.ts';

// RFC 4302, 2: next header (1), length in 32-bit words less 2 (1), reserved (2), SPI (4), sequence (4), check value.
const MINIMUM = 12;

export const ah = protocol({
  name: 'ah',
  about: 'Authentication Header',
  ipProtocols: [51],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < MINIMUM) return packet.short();
    const header = (bytes[offset + 1]! + 2) << 2;
    if (header < MINIMUM) return packet.broken();
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    return dissection.registry.ipProtocols[bytes[offset]!]!;
  },
  info: (packet, layer) => `AH (SPI=0x${u32(packet.layerBytes[layer]!, packet.layerStart[layer]! + 4).toString(16)})`,
});
