import { u32 } from './bytes.ts';
import { ip } from './ip.ts';
import { ipv6 } from './ipv6.ts';
import { END } from './outcome.ts';
import type { Packet } from './packet.ts';
import { type FieldWriter, protocol } from './protocol.ts';

// tcpdump.org/linktypes/LINKTYPE_IPNET: version (1), family (1), hook (2), length (4), interface (4), group (4), source zone
// (4), destination zone (4). The families are those of Solaris.
const HEADER = 24;
const IPV4 = 2;
const IPV6 = 26;

export const ipnet = protocol({
  name: 'ipnet',
  about: 'Solaris IPNET',
  linkTypes: [226],
  dissect(packet: Packet): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    const family = bytes[offset + 1];
    return family === IPV4 ? ip.id : family === IPV6 ? ipv6.id : END;
  },
  info: () => 'Solaris IPNET',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Interface index', u32(bytes, start + 8));
    out.field('Source zone', u32(bytes, start + 16));
    out.field('Destination zone', u32(bytes, start + 20));
  },
});
