import { u16 } from './bytes.ts';
import { fr } from './fr.ts';
import { carriedByGre } from './gre.ts';
import { hex } from './hex.ts';
import { formatMac } from './mac-address.ts';
import { netlink } from './netlink.ts';
import type { Packet } from './packet.ts';
import { ppp } from './ppp.ts';
import { type Dissection, type FieldWriter, protocol } from './protocol.ts';
import { radiotap } from './radiotap.ts';
import { SLL2_LINK } from './sll-header.ts';

// tcpdump.org/linktypes/LINKTYPE_LINUX_SLL: packet type (2), ARPHRD (2), address length (2), address (8), protocol (2).
const HEADER = 16;
// LINKTYPE_LINUX_SLL2: protocol (2), reserved (2), interface (4), ARPHRD (2), packet type (1), length (1), address (8).
const HEADER_2 = 20;
/** Protocols below those of Ethernet: the frame begins with an 802.2 header, or one of PPP. */
const LLC_FRAME = 4;
const PPP_FRAME = 7;
// ARPHRD types (Linux, if_arp.h) under which the protocol says something else, or nothing.
const FRAME_RELAY = 770;
const IP_GRE = 778;
const RADIOTAP = 803;
const NETLINK = 824;
const TYPES = ['Unicast to us', 'Broadcast', 'Multicast', 'Unicast to another host', 'Sent by us'];

/** Captures of Linux on `any`: version 1 and 2, which Wireshark shows under one name. */
export const sll = protocol({
  name: 'sll',
  about: 'Linux cooked capture',
  linkTypes: [113, SLL2_LINK],
  dissect(packet: Packet, dissection: Dissection): number {
    const { bytes, offset } = packet;
    const second = packet.linkType === SLL2_LINK;
    const header = second ? HEADER_2 : HEADER;
    if (packet.end - offset < header) return packet.short();
    const type = u16(bytes, second ? offset : offset + 14);
    packet.offset = offset + header;
    switch (u16(bytes, second ? offset + 8 : offset + 2)) {
      case NETLINK:
        packet.layerCount--; // the header is one of netlink's own
        packet.offset = offset;
        return netlink.id;
      case RADIOTAP:
        return radiotap.id;
      case FRAME_RELAY:
        return fr.id;
      case IP_GRE:
        return type === LLC_FRAME ? dissection.llc : carriedByGre(packet, dissection, type);
      default:
        return afterLink(dissection, type);
    }
  },
  fields(packet: Packet, layer: number, out: FieldWriter): void {
    const bytes = packet.layerBytes[layer]!;
    const start = packet.layerStart[layer]!;
    const second = packet.linkType === SLL2_LINK;
    if (packet.layerEnd[layer]! - start < HEADER_2) return;
    const type = second ? bytes[start + 10]! : u16(bytes, start);
    out.field('Packet type', `${TYPES[type] ?? 'unknown'} (${type})`);
    out.field('Source', formatMac(bytes, second ? start + 12 : start + 6));
    out.field('Link-layer address type', u16(bytes, second ? start + 8 : start + 2));
    out.field('Protocol', hex(u16(bytes, second ? start : start + 14), 4));
  },
});

function afterLink(dissection: Dissection, type: number): number {
  if (type === LLC_FRAME) return dissection.llc;
  return type === PPP_FRAME ? ppp.id : dissection.registry.etherTypes[type]!;
}
