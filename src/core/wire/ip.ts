import { formatIpv4 } from '../net/ip-address.ts';
import { i32, u16 } from './bytes.ts';
import type { Dissector } from './dissector.ts';
import type { Packet } from './packet.ts';
import { END, type FieldWriter, protocol } from './protocol.ts';

// RFC 791, 3.1.
const MINIMUM = 20;
const TOTAL_LENGTH = 2;
const FRAGMENT = 6;
const PROTOCOL = 9;
const SOURCE = 12;
const DESTINATION = 16;

export const ip = protocol({
  name: 'ip',
  title: 'IPv4',
  about: 'Internet Protocol Version 4',
  linkTypes: [228],
  etherTypes: [0x0800],
  ipProtocols: [4],
  pppProtocols: [0x21],
  dissect(packet: Packet, dissector: Dissector): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < MINIMUM) return packet.short();
    const header = (bytes[offset]! & 15) << 2;
    if (bytes[offset]! >> 4 !== 4 || header < MINIMUM) return packet.broken();
    const total = u16(bytes, offset + TOTAL_LENGTH);
    if (total >= header) packet.limit(total);
    packet.ipVersion = 4;
    packet.src0 = i32(bytes, offset + SOURCE);
    packet.dst0 = i32(bytes, offset + DESTINATION);
    packet.src1 = packet.src2 = packet.src3 = packet.dst1 = packet.dst2 = packet.dst3 = 0;
    if (packet.end - offset < header) return packet.short();
    packet.offset = offset + header;
    if ((u16(bytes, offset + FRAGMENT) & 0x3fff) !== 0) return END;
    return dissector.registry.ipProtocols[bytes[offset + PROTOCOL]!]!;
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    out.field('Source Address', formatIpv4(i32(bytes, start + SOURCE)));
    out.field('Destination Address', formatIpv4(i32(bytes, start + DESTINATION)));
  },
});
