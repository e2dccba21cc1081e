import { formatIpv6 } from '../net/ip-address.ts';
import { u16 } from './bytes.ts';
import type { Packet } from './packet.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';

// tcpdump.org/linktypes/LINKTYPE_IPOIB: the global route header of InfiniBand (40), a type of Ethernet (2), reserved (2).
const HEADER = 44;
const SOURCE = 8;
const DESTINATION = 24;
const TYPE = 40;

export const ipoib = protocol({
  name: 'ipoib',
  title: 'IPoIB',
  about: 'IP over InfiniBand',
  linkTypes: [242],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    if (packet.end - offset < HEADER) return packet.short();
    packet.offset = offset + HEADER;
    return dissection.registry.etherTypes[u16(bytes, offset + TYPE)]!;
  },
  info: () => 'IP over InfiniBand',
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    if (packet.layerEnd[layer]! - start < HEADER) return;
    out.field('Source GID', formatIpv6(bytes, start + SOURCE));
    out.field('Destination GID', formatIpv6(bytes, start + DESTINATION));
  },
});
