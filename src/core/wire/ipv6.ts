import { formatIpv6 } from '../net/ip-address.ts';
import { i32, u16 } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// RFC 8200, 3.
const HEADER = 40;

export const ipv6 = protocol({
  name: 'ipv6',
  title: 'IPv6',
  about: 'Internet Protocol Version 6',
  linkTypes: [229],
  etherTypes: [0x86dd],
  ipProtocols: [41],
  pppProtocols: [0x57],
  dissect(packet: Packet, dissector: Dissector): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    if (bytes[offset]! >> 4 !== 6) return packet.broken();
    packet.limit(HEADER + u16(bytes, offset + 4));
    packet.ipVersion = 6;
    packet.src0 = i32(bytes, offset + 8);
    packet.src1 = i32(bytes, offset + 12);
    packet.src2 = i32(bytes, offset + 16);
    packet.src3 = i32(bytes, offset + 20);
    packet.dst0 = i32(bytes, offset + 24);
    packet.dst1 = i32(bytes, offset + 28);
    packet.dst2 = i32(bytes, offset + 32);
    packet.dst3 = i32(bytes, offset + 36);
    packet.offset = offset + HEADER;
    return dissector.registry.ipProtocols[bytes[offset + 6]!]!;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Source Address', formatIpv6(bytes, start + 8));
    out.field('Destination Address', formatIpv6(bytes, start + 24));
  },
});
